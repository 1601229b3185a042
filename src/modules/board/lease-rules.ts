import type { HeldLease, Lease } from './lease.entity.js';
import type { NoteType, TaskChange, TaskHead } from './task.entity.js';

/** Who claims a task. */
export interface Claimer {
  agent: string;
  session?: string;
  vmId?: string;
}

/** What a rule makes of a task, apart from ids and times; its notes too get theirs when the change is recorded. */
export type Move = Pick<TaskChange, 'action' | 'set' | 'unset' | 'by' | 'artifacts' | 'deleted'> & {
  notes?: { author: string; content: string; type: NoteType }[];
};

/** A move that gives a lease. */
export type Lending = Move & { set: { lease: Lease } };

/** The author of what the server does by itself. */
export const SYSTEM = 'system';
/** Without progress for so many times its length, a lease that is renewed is stuck. */
const STUCK_AFTER_LENGTHS = 3;

/** Gives an open task to an agent. The fence is the version that the task gets, which is never reused. */
export function claim(task: TaskHead, { agent, session, vmId }: Claimer, leaseSeconds: number, now: number): Lending {
  const claimedAt = timestamp(now);
  const span = { claimedAt, expiresAt: timestamp(now + leaseSeconds * 1000), progressAt: claimedAt, leaseSeconds };
  const lease: Lease = { agent, session, vmId, fence: task.version + 1, ...span };
  return { action: 'claim', by: agent, set: { status: 'in_progress', assignee: agent, lease } };
}

/** Lets a lease run anew; progress that is told is kept as a note. */
export function renew(lease: Lease, leaseSeconds: number, now: number, progress?: string): Lending {
  const expiresAt = timestamp(now + leaseSeconds * 1000);
  const progressAt = progress === undefined ? lease.progressAt : timestamp(now);
  return {
    action: 'renew',
    by: lease.agent,
    set: { lease: { ...lease, leaseSeconds, expiresAt, progressAt } },
    notes: progress === undefined ? undefined : [{ author: lease.agent, content: progress, type: 'update' }],
  };
}

/** Gives a task back: it is open again. */
export function release(by: string, reason?: string): Move {
  return {
    action: 'release',
    by,
    set: { status: 'open' },
    unset: ['assignee'],
    notes: reason === undefined ? undefined : [{ author: by, content: `Released by ${by}: ${reason}`, type: 'update' }],
  };
}

export function complete(by: string, summary?: string): Move {
  return {
    action: 'complete',
    by,
    set: { status: 'done' },
    notes: summary === undefined ? undefined : [{ author: by, content: summary, type: 'update' }],
  };
}

/** Counts an attempt: the task is open again, or, after the last one, a dead letter. */
export function endAttempt(task: TaskHead, action: 'fail' | 'expire', by: string, why: string): Move {
  const attempts = task.attempts + 1;
  const isLast = attempts >= task.maxAttempts;
  const count = `attempt ${attempts} of ${task.maxAttempts}`;
  const last = { author: SYSTEM, content: `Given up after ${attempts} attempts: ${why}`, type: 'blocker' as const };
  return {
    action,
    by,
    set: { attempts, ...(isLast ? { status: 'blocked', deadLetter: true } : { status: 'open' }) },
    unset: ['assignee'],
    notes: [{ author: by, content: `${why} (${count})`, type: 'update' }, ...(isLast ? [last] : [])],
  };
}

/** What follows from a move for the lease and for what was given up, in the same change. */
export function withConsequences(task: TaskHead, move: Move): Move {
  const { set = {}, unset = [], deleted } = move;
  if (deleted) return move;
  const { status = task.status } = set;
  const assignee = unset.includes('assignee') ? undefined : (set.assignee ?? task.assignee);
  const isHeld = status === 'in_progress' && assignee === (set.lease ?? task.lease)?.agent;
  const endsLease = task.lease !== undefined && !isHeld;
  const reopens = task.deadLetter === true && status !== 'blocked';
  return {
    ...move,
    set: reopens ? { attempts: 0, ...set } : move.set,
    unset: [...unset, ...(endsLease ? (['lease'] as const) : []), ...(reopens ? (['deadLetter'] as const) : [])],
  };
}

/** True for a lease that is kept alive although nothing was told of progress for long. */
export function isStuck({ progressAt, leaseSeconds }: Lease, now: number): boolean {
  return now - Date.parse(progressAt) > STUCK_AFTER_LENGTHS * leaseSeconds * 1000;
}

/** The lease of a task that is held, for lists of who holds what. */
export function heldLease({ id, title, lease }: TaskHead, now: number): HeldLease | undefined {
  return lease && { task: id, title, ...lease, stuck: isStuck(lease, now) };
}

function timestamp(time: number): string {
  return new Date(time).toISOString();
}
