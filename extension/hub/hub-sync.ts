/** Brings what is installed here to what the hub offers. */

import { join } from 'node:path';
import type { Client } from '../client.ts';
import { ServiceError } from '../service-error.ts';
import type { Config } from '../config.ts';
import type { ItemKind, Skill, SyncUpdate, SyncUpdates } from '../contract.ts';
import type { ExtensionApi } from '../pi-api.ts';
import { writeManifest } from './extension-manifest.ts';
import { HubFolder, type Item, sha256 } from './hub-folder.ts';
import { providedNames } from './provided-names.ts';

/** How many items are fetched at a time. */
const WIDTH = 8;
const PATHS: Record<ItemKind, string> = { skill: '/skills/items', extension: '/skills/extensions' };
const ACTIONS = ['install', 'update', 'remove'];

export interface SyncOutcome {
  changed: Pick<SyncUpdate, 'action' | 'type' | 'name' | 'version'>[];
  /** What the hub offers and is not installed, and why. */
  left: { type: ItemKind; name: string; why: string }[];
}

export class HubSync {
  readonly folders: Record<ItemKind, HubFolder>;
  private running?: Promise<SyncOutcome>;

  constructor(
    private readonly client: Client,
    private readonly config: Config,
    private readonly pi: ExtensionApi,
  ) {
    const { agentDir } = config;
    this.folders = {
      skill: new HubFolder(join(agentDir, 'skills', '_hub'), () => 'SKILL.md'),
      extension: new HubFolder(join(agentDir, 'extensions', '_hub'), (name) => `${name}.ts`),
    };
  }

  /** One at a time: who asks meanwhile gets a sync that begins after the one under way. */
  sync(signal: AbortSignal): Promise<SyncOutcome> {
    const before = this.running ?? Promise.resolve();
    const running = before.catch(() => undefined).then(() => this.syncNow(signal));
    this.running = running;
    return running;
  }

  private async syncNow(signal: AbortSignal): Promise<SyncOutcome> {
    const outcome: SyncOutcome = { changed: [], left: [] };
    const provided = providedNames(this.pi);
    this.makeRoom(provided, outcome);
    const updates = (await this.report(signal)).filter(({ type, name }) => !provided[type].has(name));
    try {
      for (let i = 0; i < updates.length; i += WIDTH) {
        const some = updates.slice(i, i + WIDTH);
        await Promise.all(some.map((update) => this.apply(update, outcome, signal)));
      }
    } finally {
      const { path } = this.folders.extension;
      const names = this.folders.extension.installed().map(({ name }) => name);
      if (names.length > 0 || outcome.changed.length > 0) writeManifest(path, names);
    }
    return outcome;
  }

  /** Takes away what a package has come to provide since. */
  private makeRoom(provided: Record<ItemKind, Set<string>>, { changed }: SyncOutcome): void {
    for (const type of ['skill', 'extension'] as const) {
      for (const { name, version } of this.folders[type].installed()) {
        if (!provided[type].has(name)) continue;
        this.folders[type].remove(name);
        changed.push({ action: 'remove', type, name, version });
      }
    }
  }

  /** Says what is here, and gets what is to be done. */
  private async report(signal: AbortSignal): Promise<SyncUpdate[]> {
    const { agent, vmId } = this.config;
    const [skills, extensions] = [this.folders.skill.installed(), this.folders.extension.installed()];
    const inventory = { agentId: agent, vmId, skills, extensions };
    const { updates } = (await this.client.post<SyncUpdates>('/skills/sync', inventory, signal)).body;
    const isSound =
      Array.isArray(updates) && updates.every(({ type, action }) => type in PATHS && ACTIONS.includes(action));
    if (!isSound) throw new ServiceError("the answer to the SkillHub's sync is not as expected. Check VERS_INFRA_URL.");
    return updates;
  }

  private async apply(update: SyncUpdate, { changed, left }: SyncOutcome, signal: AbortSignal): Promise<void> {
    const { type, name } = update;
    const folder = this.folders[type];
    const offered = update.action === 'remove' ? undefined : update.sha256;
    const obstacle = folder.obstacle(name, offered);
    if (obstacle !== undefined) {
      left.push({ type, name, why: obstacle });
      return;
    }
    // Asked for in any case: a mistaken answer to the sync must not remove anything.
    const item = await this.find(type, name, signal);
    if (update.action === 'remove') {
      if (item) return;
      folder.remove(name);
      changed.push(update);
    } else if (item) {
      if (sha256(item.content) !== item.sha256) left.push({ type, name, why: 'its content does not match its sha256' });
      else if (!signal.aborted) {
        folder.write({ ...item, name });
        changed.push({ ...update, version: item.version });
      }
    }
  }

  /** What the hub offers under a name; nothing when it says that there is none, or that it is switched off. */
  private async find(type: ItemKind, name: string, signal: AbortSignal): Promise<Item | undefined> {
    try {
      const { body } = await this.client.get<Skill>(`${PATHS[type]}/${encodeURIComponent(name)}`, {}, signal);
      if (typeof body.content !== 'string' || typeof body.version !== 'number')
        throw new ServiceError(`the SkillHub's ${type} ${name} is not as expected. Check VERS_INFRA_URL.`);
      return body.enabled ? body : undefined;
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404) return undefined;
      throw error;
    }
  }
}
