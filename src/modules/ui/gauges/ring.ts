/** Counts what happens, by spans of time; only the newest spans are kept. */
export class Ring {
  private readonly counts: number[];
  private newest = 0;

  constructor(
    private readonly spans: number,
    private readonly spanMs: number,
  ) {
    this.counts = new Array<number>(spans).fill(0);
  }

  add(time: number, count = 1): void {
    const span = this.moveTo(time);
    if (span > this.newest - this.spans) this.counts[span % this.spans] = (this.counts[span % this.spans] ?? 0) + count;
  }

  /** The spans that are over, oldest first. */
  finished(now: number): number[] {
    this.moveTo(now);
    return Array.from({ length: this.spans - 1 }, (_, i) => this.counts[(this.newest + 1 + i) % this.spans] ?? 0);
  }

  private moveTo(time: number): number {
    const span = Math.floor(time / this.spanMs);
    if (span - this.newest >= this.spans) this.counts.fill(0);
    else for (let next = this.newest + 1; next <= span; next += 1) this.counts[next % this.spans] = 0;
    this.newest = Math.max(this.newest, span);
    return span;
  }
}
