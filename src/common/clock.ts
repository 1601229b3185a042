import { Injectable } from '@nestjs/common';

/** The one source of time, so that tests can hold it still. */
@Injectable()
export class Clock {
  /** Milliseconds since 1970; follows the system's clock, also backwards. */
  now(): number {
    return Date.now();
  }

  /** {@link now} as ISO 8601 UTC with milliseconds, the form of every timestamp on the wire and on disk. */
  timestamp(): string {
    return new Date(this.now()).toISOString();
  }

  /** Milliseconds since some moment; never goes back, whatever happens to the system's clock. */
  monotonic(): number {
    return performance.now();
  }
}
