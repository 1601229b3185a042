import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { PageQuery } from '../../../../common/validation/time-range.dto.js';
import { ITEM_KINDS } from '../../../skills/item.entity.js';
import type { AgentInventory } from '../../../skills/sync.entity.js';
import { SyncService } from '../../../skills/sync.service.js';
import type { ExportedList } from '../../exports/exports.js';
import { records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';
import { type AgentItem, inventoryRows, lagOf } from './inventory.js';

/** Each of them may list thousands of things. */
const PAGE_AGENTS = 25;
const AGENT_ITEMS = 200;
const COLUMNS = ['agentId', 'vmId', 'lastSync', 'skills', 'extensions'] satisfies (keyof AgentInventory)[];

export class SkillAgentsQuery extends PickType(PageQuery, ['cursor'] as const) {}

/** What agents have of the hub, and how far they are behind. */
@Injectable()
export class SkillAgentsView {
  constructor(private readonly sync: SyncService) {}

  page(query: SkillAgentsQuery): UiPage {
    return {
      template: 'skill-agents',
      title: 'Agents and their skills',
      data: { query },
      parts: {
        list: { live: ['skills', 'syncs'], load: () => this.latest({ ...query, limit: PAGE_AGENTS }) },
      },
    };
  }

  export(): ExportedList {
    return { name: 'skill-agents', columns: COLUMNS, page: (at) => this.sync.list(at) };
  }

  /** The page of one agent. */
  agent(agentId: string): UiPage {
    this.sync.agent(agentId);
    return {
      template: 'skill-agent',
      title: agentId.slice(0, 80),
      data: { agentId },
      parts: { items: { live: ['skills', 'syncs'], load: () => this.inventory(agentId) } },
    };
  }

  /** Latest sync first. */
  latest(query: PageQuery): object {
    const manifest = this.sync.manifest();
    const { items, nextCursor } = records<AgentInventory>(this.sync.list(query));
    const agents = items.map(({ agentId, vmId, lastSync, ...installed }) => ({
      ...{ agentId, vmId, lastSync },
      ...{ skills: installed.skills.length, extensions: installed.extensions.length },
      lag: lagOf(this.sync.updates(installed, manifest)),
    }));
    return { agents, nextCursor, total: this.sync.countAgents() };
  }

  private inventory(agentId: string): object {
    const inventory = JSON.parse(this.sync.agent(agentId)) as AgentInventory;
    const updates = this.sync.updates(inventory);
    const rows = ITEM_KINDS.flatMap((kind): AgentItem[] => inventoryRows(kind, inventory, updates));
    rows.sort((a, b) => Number(a.state === 'current') - Number(b.state === 'current'));
    return { inventory, lag: lagOf(updates), rows: rows.slice(0, AGENT_ITEMS), count: rows.length };
  }
}
