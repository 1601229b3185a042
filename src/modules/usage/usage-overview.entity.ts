import type { UsageCounts } from './usage-session.entity.js';

/** What the largest are looked for by. */
export const MEASURES = ['cost', 'tokens'] as const;
export type Measure = (typeof MEASURES)[number];

/** Cost in US dollars, not rounded; numbers of tokens beyond 2^53 are the nearest that JavaScript has. */
interface Use {
  cost: number;
  tokens: number;
  sessions: number;
}

export interface ModelUse extends Omit<Use, 'tokens'> {
  model: string;
  tokens: UsageCounts;
}

export interface RangeTotals extends Omit<ModelUse, 'model'> {
  models: number;
  agents: number;
  /** Records of VMs created in the range. */
  vms: number;
}

export interface AgentUse extends Use {
  agent: string;
  parent: string | null;
}

/** What one name used in one bucket, or with `null` all names that are not told apart. */
export interface TimedUse extends Use {
  /** In milliseconds since 1970. */
  start: number;
  name: string | null;
}

export interface Timeline {
  /** Starts of all buckets of the range, in milliseconds since 1970, oldest first. */
  starts: number[];
  uses: TimedUse[];
}
