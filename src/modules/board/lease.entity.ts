import { ApiProperty } from '@nestjs/swagger';
import { Task } from './task.entity.js';

/** That one agent, and nobody else, works on a task, until a time. */
export class Lease {
  /** @example builder-1 */
  agent!: string;

  /**
   * Which of the agent's sessions holds it: another one of the same name does not.
   * @example 7f1c9a52
   */
  session?: string;

  /**
   * The VM that the work is done on; when it is stopped or deregistered, the lease ends.
   * @example vm-42
   */
  vmId?: string;

  /**
   * Says who the holder is: it grows whenever the task gets another one, and whoever writes with an older one is refused.
   * @example 7
   */
  fence!: number;

  /** @example 2026-01-31T12:00:00.000Z */
  claimedAt!: string;

  /**
   * When it ends unless it is renewed: never earlier, perhaps a little later.
   * @example 2026-01-31T12:15:00.000Z
   */
  expiresAt!: string;

  /**
   * When the holder last told of progress.
   * @example 2026-01-31T12:00:00.000Z
   */
  progressAt!: string;

  /**
   * Its length in seconds, counted from the claim or the last renewal.
   * @example 900
   */
  leaseSeconds!: number;
}

/** What a claim gives. */
export class Claim {
  task!: Task;

  lease!: Lease;
}

/** Why there is no task for an agent. */
export const NO_TASK_REASONS = ['none_ready', 'at_capacity'] as const;
export type NoTaskReason = (typeof NO_TASK_REASONS)[number];

/** That there is no task for an agent. */
export class NoTask {
  @ApiProperty({ type: 'object', nullable: true, enum: [null], additionalProperties: false })
  task!: null;

  /**
   * Why there is none.
   * @example none_ready
   */
  reason!: NoTaskReason;
}

/** What a claim of the next task gives. */
export type NextClaim = Claim | NoTask;

/** What a renewal gives. */
export class Renewal {
  lease!: Lease;
}

/** A lease with the task that it is for. */
export class HeldLease extends Lease {
  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  task!: string;

  /** @example "Fix the leaking parser" */
  title!: string;

  /** True when it is renewed, but nothing was told of progress for three times its length. */
  stuck!: boolean;
}

export class LeaseList {
  leases!: HeldLease[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}
