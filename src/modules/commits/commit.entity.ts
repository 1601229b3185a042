/** A snapshot of a VM that an agent made, and what there is to know of it. */
export class Commit {
  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  id!: string;

  /** @example c-5e0f21 */
  commitId!: string;

  /** @example vm-7f3a */
  vmId!: string;

  /**
   * When it was recorded.
   * @example 2026-01-31T12:00:00.000Z
   */
  timestamp!: string;

  /** @example golden-node24 */
  label?: string;

  /** @example builder-1 */
  agent?: string;

  tags?: string[];

  /** @example { "branch": "main" } */
  metadata?: Record<string, unknown>;
}

/** Commits, newest first. */
export class CommitList {
  commits!: Commit[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}
