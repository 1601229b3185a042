import type { ItemKind } from '../../../skills/item.entity.js';
import type { AgentInventory, SyncUpdate, UpdateAction } from '../../../skills/sync.entity.js';

/** How an agent stands to the hub: by what it would have to do, and with what, the first few by name. */
export type Lag = { action: UpdateAction; count: number; names: string[] }[];

/** One thing that an agent has, or should have. */
export interface AgentItem {
  kind: ItemKind;
  name: string;
  /** The version that the agent has. */
  has?: number;
  /** The version that it should have. */
  wants?: number;
  state: UpdateAction | 'current';
}

const ACTIONS = ['update', 'install', 'remove'] as const satisfies UpdateAction[];
const NAMES = 20;

/** Nothing where the agent is as the hub is. */
export function lagOf(updates: readonly SyncUpdate[]): Lag {
  return ACTIONS.map((action) => {
    const names = updates.filter((update) => update.action === action).map(({ name }) => name);
    return { action, count: names.length, names: names.slice(0, NAMES) };
  }).filter(({ count }) => count > 0);
}

/** What an agent has of a kind and what it lacks, by name. */
export function inventoryRows(kind: ItemKind, inventory: AgentInventory, updates: readonly SyncUpdate[]): AgentItem[] {
  const todo = new Map(updates.filter(({ type }) => type === kind).map((update) => [update.name, update]));
  const has = new Map(inventory[`${kind}s`].map(({ name, version }) => [name, version]));
  return [...new Set([...has.keys(), ...todo.keys()])].sort().map((name) => {
    const update = todo.get(name);
    const version = has.get(name);
    const state = update?.action ?? 'current';
    const wants = state === 'remove' ? undefined : (update?.version ?? version);
    return { kind, name, has: version, wants, state };
  });
}
