import { Injectable } from '@nestjs/common';
import { Observable } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { conflict, notFound } from '../../common/errors/domain-error.js';
import { type Caller, checkOwn } from '../../common/http/caller.js';
import { IdSource } from '../../common/storage/id-source.js';
import type { Page } from '../../common/storage/page.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import { END_OF_TIME, parseInstant } from '../../common/validation/time.js';
import type { ListCommits, RecordCommit } from './commits.dto.js';
import { CommitsRepository } from './commits.repository.js';

/** The ledger of VM snapshots: who made which, of what, and what for. */
@Injectable()
export class CommitsService {
  /** The id of each commit that came or went, once that is durable. */
  readonly changes$: Observable<string>;

  constructor(
    private readonly repository: CommitsRepository,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {
    this.changes$ = repository.changes$;
  }

  record({ commitId, vmId, label, agent, tags, metadata }: RecordCommit): Promise<string> {
    return this.repository.create(commitId, (isKnown) => {
      if (isKnown) throw conflict('commit already recorded');
      const made = { id: this.ids.next(), commitId, vmId, timestamp: this.clock.timestamp() };
      return { ...made, label, agent, tags, metadata };
    });
  }

  get(commitId: string): string {
    return this.repository.find(commitId) ?? unknown();
  }

  list({ since, limit = PAGE_MAX_ITEMS, ...filter }: ListCommits): Page {
    return this.repository.list({ ...filter, from: parseInstant(since ?? '') ?? '', to: END_OF_TIME, limit });
  }

  async remove(commitId: string, caller: Caller): Promise<{ deleted: true }> {
    await this.repository.remove(commitId, (known = unknown()) => {
      checkOwn(caller, known.agent ?? undefined, 'deleting a commit');
      return known;
    });
    return { deleted: true };
  }
}

function unknown(): never {
  throw notFound('Commit not found');
}
