import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import type { Lease } from './lease.entity.js';

/** What is left of a lease after a restart, in seconds, at the least: its holder may not know yet that we are back. */
const LEFT_AFTER_RESTART_SECONDS = 60;

/**
 * When leases end, by the clock that never goes back. It may run ahead of the disk, since a lease that was renewed by a
 * change that failed only ends later, which leases may.
 */
@Injectable()
export class LeaseClock {
  private readonly deadlines = new Map<string, { fence: number; at: number }>();

  constructor(private readonly clock: Clock) {}

  /** The time of day, in milliseconds since 1970, that leases are told in. */
  now(): number {
    return this.clock.now();
  }

  /** Lets a lease begin, or begin anew. */
  start(task: string, { fence, leaseSeconds }: Lease): void {
    this.deadlines.set(task, { fence, at: this.clock.monotonic() + leaseSeconds * 1000 });
  }

  /** Goes on with a lease from before a restart. */
  resume(task: string, { fence, expiresAt, leaseSeconds }: Lease): void {
    const left = (Date.parse(expiresAt) - this.now()) / 1000;
    const seconds = Math.min(leaseSeconds, Math.max(LEFT_AFTER_RESTART_SECONDS, left));
    this.deadlines.set(task, { fence, at: this.clock.monotonic() + seconds * 1000 });
  }

  forget(task: string): void {
    this.deadlines.delete(task);
  }

  /** Whole seconds until the lease may end; 0 when it is overdue. */
  secondsLeft(task: string): number {
    const { at = 0 } = this.deadlines.get(task) ?? {};
    return Math.max(0, Math.ceil((at - this.clock.monotonic()) / 1000));
  }

  isOverdue(task: string, { fence }: Lease): boolean {
    const deadline = this.deadlines.get(task);
    return deadline?.fence === fence && deadline.at <= this.clock.monotonic();
  }

  /** The tasks whose leases are overdue. There are no more leases than agents at work, so all are looked at. */
  overdue(): string[] {
    const now = this.clock.monotonic();
    return [...this.deadlines].filter(([, { at }]) => at <= now).map(([task]) => task);
  }
}
