export const EVENT_TYPES = [
  'task_started',
  'task_completed',
  'task_failed',
  'blocker_found',
  'question',
  'finding',
  'skill_proposed',
  'file_changed',
  'cost_update',
  'agent_started',
  'agent_stopped',
  'token_update',
  'custom',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Something that happened, told by an agent to everyone. */
export class FeedEvent {
  /**
   * A ULID, larger than that of every event accepted before.
   * @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB
   */
  id!: string;

  /** @example builder-1 */
  agent!: string;

  /** @example finding */
  type!: EventType;

  /** @example "The parser leaks file handles on errors" */
  summary!: string;

  /** Kept to the byte. */
  detail?: string;

  /** @example { "file": "src/parser.ts" } */
  metadata?: Record<string, unknown>;

  /**
   * When it was accepted.
   * @example 2026-01-31T12:00:00.000Z
   */
  timestamp!: string;
}

/** Counts over the whole feed. */
export class FeedStats {
  /** @example 1204 */
  total!: number;

  /** @example { "builder-1": 1204 } */
  byAgent!: Record<string, number>;

  /** @example { "finding": 1204 } */
  byType!: Record<string, number>;

  /** The last event of each agent. */
  latestPerAgent!: Record<string, FeedEvent>;
}

/** That the feed is empty. */
export class FeedCleared {
  /** @example true */
  ok!: true;
}
