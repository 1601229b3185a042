import { Injectable } from '@nestjs/common';
import { anyObject, id, instant, key, listOf, objectOf, optional, text } from '../../common/takeover/legacy-fields.js';
import { ENTRY, Inherited } from '../../common/takeover/legacy-items.js';
import { Takeover } from '../../common/takeover/takeover.js';
import type { Commit } from './commit.entity.js';
import { CommitsRepository } from './commits.repository.js';

const commit = objectOf<Commit>({
  id,
  commitId: key,
  vmId: text,
  timestamp: instant,
  label: optional(text),
  agent: optional(text),
  tags: optional(listOf(text)),
  metadata: optional(anyObject),
});

/** `commits.jsonl`, a commit a line. */
@Injectable()
export class CommitsTakeover {
  constructor(
    takeover: Takeover,
    private readonly repository: CommitsRepository,
  ) {
    takeover.intoServices(
      'commits.jsonl',
      { [ENTRY]: { read: (value, place) => this.inherit(value, place) } },
      { isEmpty: () => repository.isEmpty },
    );
  }

  private inherit(value: unknown, place: string): Inherited {
    const record = commit(value, place);
    const { id: ownId, commitId } = record;
    return { record, keys: { id: ownId, commitId }, ids: [ownId], store: () => void this.repository.store(record) };
  }
}
