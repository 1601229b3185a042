import type { Lease } from './lease.entity.js';

export const TASK_STATUSES = ['open', 'in_progress', 'in_review', 'blocked', 'done'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export const NOTE_TYPES = ['finding', 'blocker', 'question', 'update'] as const;
export type NoteType = (typeof NOTE_TYPES)[number];

export const ARTIFACT_TYPES = ['branch', 'report', 'deploy', 'diff', 'file', 'url'] as const;
export type ArtifactType = (typeof ARTIFACT_TYPES)[number];

/** Something that was said about a task. */
export class Note {
  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  id!: string;

  /** @example builder-1 */
  author!: string;

  /** @example "The leak is in the error path" */
  content!: string;

  /** @example finding */
  type!: NoteType;

  /** @example 2026-01-31T12:00:00.000Z */
  createdAt!: string;
}

/** Something that came out of a task. */
export class Artifact {
  /** @example branch */
  type!: ArtifactType;

  /** @example https://git.example/app/tree/fix-leak */
  url!: string;

  /** @example fix-leak */
  label!: string;

  /** @example 2026-01-31T12:00:00.000Z */
  addedAt!: string;

  /** @example builder-1 */
  addedBy?: string;
}

/** A piece of work. */
export class Task {
  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  id!: string;

  /** @example "Fix the leaking parser" */
  title!: string;

  /** @example "File handles stay open when parsing fails" */
  description?: string;

  /** @example open */
  status!: TaskStatus;

  /** @example builder-1 */
  assignee?: string;

  /** @example ["parser"] */
  tags!: string[];

  /**
   * Ids of tasks that this one builds on.
   * @example []
   */
  dependencies!: string[];

  /** @example orchestrator */
  createdBy!: string;

  /** @example 2026-01-31T12:00:00.000Z */
  createdAt!: string;

  /** @example 2026-01-31T12:30:00.000Z */
  updatedAt!: string;

  /**
   * How often it was bumped.
   * @example 0
   */
  score!: number;

  /**
   * Grows by one with every change, but not when a lease is renewed; the `ETag` of answers.
   * @example 1
   */
  version!: number;

  /**
   * From 0, the highest, to 4.
   * @example 2
   */
  priority!: number;

  /**
   * How many claims ended in failure, or by expiring.
   * @example 0
   */
  attempts!: number;

  /**
   * So many attempts make it a dead letter.
   * @example 3
   */
  maxAttempts!: number;

  /** Present while an agent holds the task. */
  lease?: Lease;

  /**
   * Those of its dependencies that are not done; absent when there are none.
   * @example ["01K9XW5T3V8Z6Q2N4M7P1R0SAA"]
   */
  blockedBy?: string[];

  /** Present when it failed too often: nobody gets it before somebody moves it by hand. */
  deadLetter?: true;

  notes!: Note[];

  artifacts!: Artifact[];
}

/** A task without what is only ever added to it, and without what follows from other tasks. */
export type TaskHead = Omit<Task, 'notes' | 'artifacts' | 'blockedBy'>;

/** What the holder of a lease, or its end, did to a task. */
export const LEASE_ACTIONS = ['claim', 'renew', 'release', 'complete', 'fail', 'expire'] as const;
export type LeaseAction = (typeof LEASE_ACTIONS)[number];

/** One change of one task, a line of the board's log: the whole task first, then only what changed. */
export class TaskChange {
  /**
   * The change's own id; the first change has the task's.
   * @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB
   */
  id!: string;

  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  task!: string;

  /** @example 2026-01-31T12:00:00.000Z */
  at!: string;

  /**
   * Who made it, where that is known.
   * @example orchestrator
   */
  by?: string;

  /**
   * What happened to the task's lease, if that was the reason.
   * @example claim
   */
  action?: LeaseAction;

  /**
   * Fields and their new values.
   * @example { "status": "in_progress" }
   */
  set?: Partial<TaskHead>;

  /**
   * Fields that were taken away.
   * @example ["assignee"]
   */
  unset?: ('assignee' | 'description' | 'lease' | 'deadLetter')[];

  /** Notes that were added. */
  notes?: Note[];

  /** Artifacts that were added. */
  artifacts?: Artifact[];

  /** The task is gone. */
  deleted?: true;

  /** With `deleted`: it was done, so nothing waits for it any more. */
  done?: true;
}

export class TaskList {
  tasks!: Task[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}

export class NoteList {
  notes!: Note[];

  /** @example 1 */
  count!: number;

  /** Present when there are older ones: the `cursor` that goes on with them. */
  nextCursor?: string;
}

export class TaskHistory {
  changes!: TaskChange[];

  /** @example 1 */
  count!: number;

  /** Present when there are older ones: the `cursor` that goes on with them. */
  nextCursor?: string;
}
