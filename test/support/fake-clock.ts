import { Clock } from '../../src/common/clock.js';

/** A clock that stands still until it is moved. */
export class FakeClock extends Clock {
  constructor(public time = Date.UTC(2026, 0, 31, 12)) {
    super();
  }

  override now(): number {
    return this.time;
  }
}
