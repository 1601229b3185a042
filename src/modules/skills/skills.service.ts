import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { map, Observable } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { defined } from '../../common/defined.js';
import { notFound } from '../../common/errors/domain-error.js';
import { IdSource } from '../../common/storage/id-source.js';
import type { Page } from '../../common/storage/page.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import { ChangesRepository } from './changes.repository.js';
import type { ChangeAction, HubChange, ItemHead, ItemKind } from './item.entity.js';
import { ItemsRepository } from './items.repository.js';
import type { ListSkills, PublishExtension, PublishSkill, UpdateExtension, UpdateSkill } from './skills.dto.js';

/** What a new item has where its publication says nothing. */
const DEFAULTS = { skill: { tags: [], enabled: true }, extension: { enabled: true } } as const satisfies Record<
  ItemKind,
  Partial<ItemHead>
>;

/** The hub of skills and extensions: what agents publish for each other, in versions. */
@Injectable()
export class SkillsService {
  /** What happened to skills and extensions, once it is durable. */
  readonly changes$: Observable<HubChange>;

  constructor(
    private readonly items: ItemsRepository,
    changes: ChangesRepository,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {
    this.changes$ = changes.recorded$.pipe(map(({ json }) => JSON.parse(json) as HubChange));
  }

  publish(kind: ItemKind, { content, ...input }: PublishExtension & Pick<PublishSkill, 'tags'>): Promise<string> {
    const { name, description, publishedBy, tags, enabled } = input;
    // Before its turn comes, because large contents take a while.
    const sha256 = createHash('sha256').update(content).digest('hex');
    const contentJson = JSON.stringify(content);
    return this.items.change(kind, name, (known, lastVersion) => {
      const now = this.clock.timestamp();
      const head: ItemHead = {
        id: known?.id ?? this.ids.next(),
        name,
        version: lastVersion + 1,
        description,
        publishedBy,
        publishedAt: known?.publishedAt ?? now,
        updatedAt: now,
        ...DEFAULTS[kind],
        ...defined({ tags: known?.tags, enabled: known?.enabled }),
        ...defined({ tags, enabled }),
        sha256,
      };
      const actions: ChangeAction[] = known ? ['update', ...switched(known, head)] : ['publish'];
      return { head, content: contentJson, changes: this.changes(kind, head, actions) };
    });
  }

  get(kind: ItemKind, name: string): string {
    return this.items.find(kind, name) ?? unknown(kind);
  }

  /** One without its content. */
  head(kind: ItemKind, name: string): ItemHead {
    return JSON.parse(this.items.findHead(kind, name) ?? unknown(kind)) as ItemHead;
  }

  list(kind: ItemKind, { limit = PAGE_MAX_ITEMS, ...filter }: ListSkills): Page {
    return this.items.page(kind, { ...filter, limit });
  }

  /** The same without content. */
  listHeads(kind: ItemKind, { limit = PAGE_MAX_ITEMS, ...filter }: ListSkills): Page {
    return this.items.headPage(kind, { ...filter, limit });
  }

  update(
    kind: ItemKind,
    name: string,
    { description, enabled, tags }: UpdateExtension & Pick<UpdateSkill, 'tags'>,
  ): Promise<string> {
    return this.items.change(kind, name, (known = unknown(kind)) => {
      const described = defined({ description, tags });
      const head = { ...known, ...described, ...defined({ enabled }), updatedAt: this.clock.timestamp() };
      const actions: ChangeAction[] = Object.keys(described).length > 0 ? ['update'] : [];
      return { head, changes: this.changes(kind, head, [...actions, ...switched(known, head)]) };
    });
  }

  async remove(kind: ItemKind, name: string): Promise<{ deleted: true }> {
    await this.items.change(kind, name, (known = unknown(kind)) => ({
      changes: this.changes(kind, known, ['remove']),
    }));
    return { deleted: true };
  }

  private changes(type: ItemKind, { name, version }: ItemHead, actions: ChangeAction[]): HubChange[] {
    const timestamp = this.clock.timestamp();
    return actions.map((action) => ({ id: this.ids.next(), type, name, version, action, timestamp }));
  }
}

function switched(before: ItemHead, after: ItemHead): ChangeAction[] {
  if (before.enabled === after.enabled) return [];
  return [after.enabled ? 'enable' : 'disable'];
}

function unknown(kind: ItemKind): never {
  throw notFound(`${kind} not found`);
}
