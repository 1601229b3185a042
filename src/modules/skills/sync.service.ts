import { Injectable } from '@nestjs/common';
import { Observable } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { notFound } from '../../common/errors/domain-error.js';
import type { Page } from '../../common/storage/page.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import type { PageQuery } from '../../common/validation/time-range.dto.js';
import { AgentItemsRepository } from './agent-items.repository.js';
import { AgentsRepository } from './agents.repository.js';
import type { ItemKind } from './item.entity.js';
import { ItemsRepository } from './items.repository.js';
import type { SyncReport } from './skills.dto.js';
import type {
  AgentInventory,
  Installation,
  InstalledItem,
  Manifest,
  ManifestEntry,
  Spread,
  SyncUpdate,
  SyncUpdates,
} from './sync.entity.js';

/** What agents have of the hub, and what they lack. */
@Injectable()
export class SyncService {
  /** The id of each agent whose report came, once that is durable. */
  readonly synced$: Observable<string>;

  constructor(
    private readonly items: ItemsRepository,
    private readonly agents: AgentsRepository,
    private readonly installed: AgentItemsRepository,
    private readonly clock: Clock,
  ) {
    this.synced$ = agents.kept$;
  }

  manifest(): Manifest {
    return { skills: this.items.manifest('skill'), extensions: this.items.manifest('extension') };
  }

  async sync({ agentId, vmId, skills = [], extensions = [] }: SyncReport): Promise<SyncUpdates> {
    await this.agents.keep(() => ({ agentId, vmId, skills, extensions, lastSync: this.clock.timestamp() }));
    return { updates: this.updates({ skills, extensions }) };
  }

  /** What an agent that has this has to do to be as the hub is. */
  updates(
    { skills, extensions }: Pick<AgentInventory, 'skills' | 'extensions'>,
    manifest = this.manifest(),
  ): SyncUpdate[] {
    return [...updatesOf('skill', skills, manifest.skills), ...updatesOf('extension', extensions, manifest.extensions)];
  }

  agent(agentId: string): string {
    const inventory = this.agents.find(agentId);
    if (inventory === undefined) throw notFound('agent not found');
    return inventory;
  }

  list({ limit = PAGE_MAX_ITEMS, cursor }: PageQuery): Page {
    return this.agents.list(limit, cursor);
  }

  /** How many agents ever reported. */
  countAgents(): number {
    return this.agents.count();
  }

  /** On how many agents something is, and on how many of them in this version. */
  spread(kind: ItemKind, name: string, version: number): Spread {
    return this.installed.spread(kind, name, version);
  }

  /** Who has something, the oldest versions first. */
  agentsWith(kind: ItemKind, name: string, limit: number): Installation[] {
    return this.installed.having(kind, name, limit);
  }
}

/** The way from what is installed to what is offered. A version that is larger than ours is not ours. */
function updatesOf(type: ItemKind, installed: InstalledItem[], offered: ManifestEntry[]): SyncUpdate[] {
  const toRemove = new Map(installed.map(({ name, version }) => [name, version]));
  const updates: SyncUpdate[] = [];
  for (const { name, version, sha256 } of offered) {
    const has = toRemove.get(name);
    toRemove.delete(name);
    if (has !== version)
      updates.push({ type, name, version, action: has === undefined ? 'install' : 'update', sha256 });
  }
  for (const [name, version] of toRemove) updates.push({ type, name, version, action: 'remove' });
  return updates;
}
