import { createHistogram } from 'node:perf_hooks';

const MICROSECONDS_PER_MS = 1000;

/** Counts requests and keeps how long they took. */
export class Meter {
  requests = 0;
  errors = 0;
  private readonly histogram = createHistogram();
  private readonly startedAt = performance.now();

  /** All of them together. */
  static of(meters: Iterable<Meter>): Meter {
    const all = new Meter();
    for (const meter of meters) {
      all.requests += meter.requests;
      all.errors += meter.errors;
      all.histogram.add(meter.histogram);
    }
    return all;
  }

  record(ms: number): void {
    this.requests += 1;
    this.histogram.record(Math.max(1, Math.round(ms * MICROSECONDS_PER_MS)));
  }

  get seconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  get perSecond(): number {
    return this.requests / this.seconds;
  }

  /** In milliseconds; 0 while nothing was recorded. */
  percentile(percent: number): number {
    return this.requests === 0 ? 0 : this.histogram.percentile(percent) / MICROSECONDS_PER_MS;
  }
}
