import { Clock } from '../../src/common/clock.js';

/** A clock that stands still until it is moved. */
export class FakeClock extends Clock {
  private elapsed = 0;

  constructor(public time = Date.UTC(2026, 0, 31, 12)) {
    super();
  }

  /** Lets time pass, which setting {@link time} does not. */
  pass(milliseconds: number): void {
    this.time += milliseconds;
    this.elapsed += milliseconds;
  }

  override monotonic(): number {
    return this.elapsed;
  }

  override now(): number {
    return this.time;
  }
}
