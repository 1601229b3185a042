import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import type { Lease } from './lease.entity.js';
import type { TaskHead } from './task.entity.js';

/** What is left of a lease after a restart, in seconds, at the least: its holder may not know yet that we are back. */
const LEFT_AFTER_RESTART_SECONDS = 60;

interface Deadline {
  /** Of the lease as it was committed. */
  expiresAt: string;
  fence: number;
  /** By the clock that never goes back. */
  at: number;
}

/** When the leases that are on the disk end, by the clock that never goes back. */
@Injectable()
export class LeaseClock {
  private readonly deadlines = new Map<string, Deadline>();

  constructor(private readonly clock: Clock) {}

  /** The time of day, in milliseconds since 1970, that leases are told in. */
  now(): number {
    return this.clock.now();
  }

  /** Lets a lease begin, or begin anew. */
  start(task: string, lease: Lease): void {
    this.set(task, lease, lease.leaseSeconds);
  }

  /** Goes on with a lease from before a restart. */
  resume(task: string, lease: Lease): void {
    const left = (Date.parse(lease.expiresAt) - this.now()) / 1000;
    this.set(task, lease, Math.min(lease.leaseSeconds, Math.max(LEFT_AFTER_RESTART_SECONDS, left)));
  }

  forget(task: string): void {
    this.deadlines.delete(task);
  }

  /** Whole seconds until a task's lease may end; 0 when it is overdue. */
  secondsLeft({ id, lease }: Pick<TaskHead, 'id' | 'lease'>): number {
    const deadline = this.deadlines.get(id);
    // An earlier change of the same batch gave it.
    if (deadline?.fence !== lease?.fence) return lease?.leaseSeconds ?? 0;
    return Math.max(0, Math.ceil(((deadline?.at ?? 0) - this.clock.monotonic()) / 1000));
  }

  /** Whether a lease may be ended; one that an earlier change of the same batch gave or renewed may not. */
  isOverdue(task: string, { fence, expiresAt }: Lease): boolean {
    const deadline = this.deadlines.get(task);
    if (deadline?.fence !== fence || deadline.expiresAt !== expiresAt) return false;
    return deadline.at <= this.clock.monotonic();
  }

  /** The tasks whose leases are overdue. All leases are looked at: there is one for each task that is being worked on. */
  overdue(): string[] {
    const now = this.clock.monotonic();
    return [...this.deadlines].filter(([, { at }]) => at <= now).map(([task]) => task);
  }

  private set(task: string, { fence, expiresAt }: Lease, seconds: number): void {
    this.deadlines.set(task, { fence, expiresAt, at: this.clock.monotonic() + seconds * 1000 });
  }
}
