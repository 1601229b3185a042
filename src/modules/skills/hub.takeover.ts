import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import {
  flag,
  id,
  instant,
  key,
  listOf,
  objectOf,
  optional,
  orElse,
  text,
  ulid,
  wholeNumber,
  word,
} from '../../common/takeover/legacy-fields.js';
import type { Inherited } from '../../common/takeover/legacy-items.js';
import { Takeover } from '../../common/takeover/takeover.js';
import { AgentsRepository } from './agents.repository.js';
import { ChangesRepository } from './changes.repository.js';
import type { Extension, HubChange, ItemKind, Skill } from './item.entity.js';
import { ItemsRepository } from './items.repository.js';
import type { AgentInventory, InstalledItem } from './sync.entity.js';

type Dated<T> = Omit<T, 'updatedAt' | 'sha256'> & { updatedAt?: string };

const COMMON = {
  id,
  name: key,
  version: wholeNumber,
  description: text,
  content: text,
  publishedBy: text,
  publishedAt: instant,
  updatedAt: optional(instant),
};
const extension = objectOf<Dated<Extension>>({ ...COMMON, enabled: orElse(flag, true) });
const skill = objectOf<Dated<Skill>>({ ...COMMON, tags: orElse(listOf(text), []), enabled: orElse(flag, true) });

const change = objectOf<Omit<HubChange, 'type'> & { type?: ItemKind }>({
  id: ulid,
  type: optional(word),
  name: key,
  version: wholeNumber,
  action: word,
  timestamp: instant,
});

const installed = orElse(listOf(objectOf<InstalledItem>({ name: text, version: wholeNumber })), []);
const inventory = objectOf<AgentInventory>({
  agentId: key,
  vmId: optional(text),
  skills: installed,
  extensions: installed,
  lastSync: instant,
});

/** `skills.json`, `extensions.json` and `agent-manifests.json`; both logs of changes become the history of the stream. */
@Injectable()
export class HubTakeover {
  constructor(
    takeover: Takeover,
    private readonly items: ItemsRepository,
    private readonly changes: ChangesRepository,
    private readonly agents: AgentsRepository,
  ) {
    for (const [kind, list] of [
      ['skill', 'skills'],
      ['extension', 'extensions'],
    ] as const) {
      const lists = {
        [list]: { read: (value: unknown, place: string) => this.item(kind, value, place) },
        changeLog: { read: (value: unknown, place: string) => this.change(kind, value, place), mayBeMissing: true },
      } as const;
      takeover.intoServices(`${list}.json`, lists, { isEmpty: () => items.isEmpty(kind) });
    }
    takeover.intoServices(
      'agent-manifests.json',
      { manifests: { read: (value, place) => this.agent(value, place) } },
      { isEmpty: () => agents.isEmpty },
    );
  }

  private item(kind: ItemKind, value: unknown, place: string): Inherited {
    const record = (kind === 'skill' ? skill : extension)(value, place);
    const store = (): void => {
      const { content, ...fields } = record;
      const sha256 = createHash('sha256').update(content).digest('hex');
      const head = { ...fields, updatedAt: fields.updatedAt ?? fields.publishedAt, sha256 };
      this.items.adopt(kind, head, JSON.stringify(content));
    };
    return { record, keys: { name: record.name }, ids: [record.id], store };
  }

  private change(kind: ItemKind, value: unknown, place: string): Inherited {
    const { type = kind, ...fields } = change(value, place);
    const { id: ownId, ...rest } = fields;
    const record: HubChange = { id: ownId, type, ...rest };
    const store = (): void => {
      this.changes.adopt(record);
      this.items.raiseVersion(type, record.name, record.version);
    };
    return { record, keys: { id: ownId }, ids: [ownId], store };
  }

  private agent(value: unknown, place: string): Inherited {
    const record = inventory(value, place);
    return { record, keys: { agentId: record.agentId }, ids: [], store: () => this.agents.store(record) };
  }
}
