import { Injectable } from '@nestjs/common';
import { ServicesDatabase } from '../../common/storage/services-database.js';
import type { ItemKind } from './item.entity.js';
import { IndexAgentItems1790000500000 } from './skills.migration.js';
import type { AgentInventory, Installation, InstalledItem, Spread } from './sync.entity.js';

/** What agents said last that they have, by item, in `services.sqlite`. */
@Injectable()
export class AgentItemsRepository {
  // A report that says what the last one said touches no row.
  private readonly deleteOthers = this.database.write(
    `DELETE FROM hub_agent_items WHERE agent_id = ? AND kind = ?
     AND (name, version) NOT IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`,
  );
  private readonly insertNew = this.database.write(
    `INSERT OR IGNORE INTO hub_agent_items (agent_id, kind, name, version)
     SELECT ?, ?, value ->> 0, value ->> 1 FROM json_each(?)`,
  );

  private readonly spreadOf = this.database.read<Spread, [version: number, kind: string, name: string]>(
    `SELECT count(*) AS agents, count(*) FILTER (WHERE version = ?) AS current
     FROM hub_agent_items WHERE kind = ? AND name = ?`,
  );
  private readonly oldestFirst = this.database.read<Installation, [kind: string, name: string, limit: number]>(
    `SELECT i.agent_id AS agentId, i.version, a.last_sync AS lastSync
     FROM hub_agent_items i JOIN hub_agents a ON a.agent_id = i.agent_id
     WHERE i.kind = ? AND i.name = ? ORDER BY i.version, i.agent_id LIMIT ?`,
  );

  constructor(private readonly database: ServicesDatabase) {
    database.define(IndexAgentItems1790000500000);
  }

  /** Takes a report in the place of the agent's last one, within a change. */
  store({ agentId, skills, extensions }: AgentInventory): void {
    this.replace(agentId, 'skill', skills);
    this.replace(agentId, 'extension', extensions);
  }

  /** On how many agents something is, and on how many of them in this version. */
  spread(kind: ItemKind, name: string, version: number): Spread {
    return this.spreadOf.get(version, kind, name) ?? { agents: 0, current: 0 };
  }

  /** Who has something, the oldest versions first. */
  having(kind: ItemKind, name: string, limit: number): Installation[] {
    return this.oldestFirst.all(kind, name, limit);
  }

  private replace(agentId: string, kind: ItemKind, items: InstalledItem[]): void {
    // Of a name that was given twice, the last counts.
    const rows = JSON.stringify([...new Map(items.map(({ name, version }) => [name, version]))]);
    this.deleteOthers.run(agentId, kind, rows);
    this.insertNew.run(agentId, kind, rows);
  }
}
