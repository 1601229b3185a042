import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { OneOf } from '../../../../common/validation/fields.js';
import { ITEM_KINDS, type ItemHead, type ItemKind } from '../../../skills/item.entity.js';
import { ListSkills } from '../../../skills/skills.dto.js';
import { SkillsService } from '../../../skills/skills.service.js';
import { SyncService } from '../../../skills/sync.service.js';
import type { ExportedList } from '../../exports/exports.js';
import { records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';
import { SkillAgentsView } from './skill-agents.view.js';

const PAGE_ITEMS = 50;
const AGENTS = 10;
const COLUMNS = [
  ...['name', 'version', 'enabled', 'description', 'tags', 'publishedBy', 'publishedAt', 'updatedAt'],
  ...['sha256', 'id'],
] as (keyof ItemHead)[];

export class SkillsQuery extends PickType(ListSkills, ['tag', 'enabled', 'cursor'] as const) {
  @OneOf(ITEM_KINDS, 'ItemKind', { optional: true })
  kind?: ItemKind;
}

/** What the hub distributes, and which agents have it. */
@Injectable()
export class SkillsView {
  constructor(
    private readonly skills: SkillsService,
    private readonly sync: SyncService,
    private readonly agents: SkillAgentsView,
  ) {}

  page(query: SkillsQuery): UiPage {
    return {
      template: 'skills',
      title: query.kind === 'extension' ? 'Extensions' : 'Skills',
      data: { query, kind: query.kind ?? 'skill' },
      parts: {
        list: { live: ['skills', 'syncs'], load: () => this.items(query) },
        agents: { live: ['skills', 'syncs'], load: () => this.agents.latest({ limit: AGENTS }) },
      },
    };
  }

  /** By name, without content. */
  export({ kind = 'skill', ...filter }: SkillsQuery): ExportedList {
    return { name: `${kind}s`, columns: COLUMNS, page: (at) => this.skills.listHeads(kind, { ...filter, ...at }) };
  }

  private items({ kind = 'skill', ...filter }: SkillsQuery): object {
    const page = this.skills.listHeads(kind, { ...filter, limit: PAGE_ITEMS });
    const { items, nextCursor } = records<ItemHead>(page);
    const total = this.sync.countAgents();
    const spread = items.map((item) => ({ ...item, spread: this.sync.spread(kind, item.name, item.version) }));
    return { items: spread, nextCursor, total };
  }
}
