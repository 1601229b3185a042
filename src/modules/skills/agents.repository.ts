import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import { decodeCursor, encodeCursor } from '../../common/storage/cursor.js';
import { Page, takePage } from '../../common/storage/page.js';
import { ServicesDatabase } from '../../common/storage/services-database.js';
import { AgentItemsRepository } from './agent-items.repository.js';
import type { AgentInventory } from './sync.entity.js';

interface AgentRow {
  agent_id: string;
  last_sync: string;
  json: string;
}

/** Larger than every timestamp. */
const TIME_CEILING = 'Z';

/** The last report of each agent, in `services.sqlite`. */
@Injectable()
export class AgentsRepository implements OnModuleDestroy {
  private readonly kept = new Subject<string>();

  private readonly upsert = this.database.write(
    `INSERT INTO hub_agents (agent_id, last_sync, json) VALUES (?, ?, ?)
     ON CONFLICT (agent_id) DO UPDATE SET last_sync = excluded.last_sync, json = excluded.json`,
  );
  private readonly any = this.database.write<{ agent_id: string }, []>('SELECT agent_id FROM hub_agents LIMIT 1');
  private readonly byId = this.database.read<{ json: string }, [string]>(
    'SELECT json FROM hub_agents WHERE agent_id = ?',
  );
  private readonly latest = this.database.read<AgentRow, [string, string, number]>(
    `SELECT agent_id, last_sync, json FROM hub_agents WHERE (last_sync, agent_id) < (?, ?)
     ORDER BY last_sync DESC, agent_id DESC LIMIT ?`,
  );

  private readonly total = this.database.read<{ total: number }, []>('SELECT count(*) AS total FROM hub_agents');

  constructor(
    private readonly database: ServicesDatabase,
    private readonly items: AgentItemsRepository,
  ) {}

  onModuleDestroy(): void {
    this.kept.complete();
  }

  /** The id of each agent whose report came, once that is durable. */
  get kept$(): Observable<string> {
    return this.kept.asObservable();
  }

  /** Keeps the report that `make` gives when its turn comes, in the place of the agent's last one. */
  keep(make: () => AgentInventory): Promise<void> {
    return this.database.change((announce) => {
      const inventory = make();
      this.store(inventory);
      announce(() => this.kept.next(inventory.agentId));
    });
  }

  get isEmpty(): boolean {
    return this.any.get() === undefined;
  }

  /** Keeps a report within a transaction. */
  store(inventory: AgentInventory): void {
    this.upsert.run(inventory.agentId, inventory.lastSync, JSON.stringify(inventory));
    this.items.store(inventory);
  }

  count(): number {
    return this.total.get()?.total ?? 0;
  }

  find(agentId: string): string | undefined {
    return this.byId.get(agentId)?.json;
  }

  /** Latest sync first. */
  list(limit: number, cursor?: string): Page {
    const [beforeTime = TIME_CEILING, beforeId = ''] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    return takePage(
      this.latest.iterate(beforeTime, beforeId, limit + 1),
      limit,
      ({ json }) => json,
      ({ last_sync, agent_id }) => encodeCursor(last_sync, agent_id),
    );
  }
}
