import { LRUCache } from 'lru-cache';

/** What takes longer holds up all others for as long. */
const SLOW_MS = 5;
const KNOWN_MAX = 1000;

/**
 * Keeps requests that take long from holding up the others: of those known to, such as for lists of thousands, one is begun
 * in each turn of the event loop, and whatever else has arrived comes between.
 */
export class SlowLane {
  private readonly slow = new LRUCache<string, true>({ max: KNOWN_MAX });
  private readonly waiting: (() => void)[] = [];

  /** Runs it now, or when its turn comes, unless nobody wants it any more by then. */
  enter(name: string, isWanted: () => boolean, run: () => void): void {
    if (!this.slow.has(name)) return run();
    if (this.waiting.length === 0) setImmediate(() => this.next());
    this.waiting.push(() => {
      if (isWanted()) run();
    });
  }

  /** To be told for each request how long it took. */
  took(name: string, ms: number): void {
    if (ms > SLOW_MS) this.slow.set(name, true);
    else this.slow.delete(name);
  }

  private next(): void {
    const run = this.waiting.shift();
    if (this.waiting.length > 0) setImmediate(() => this.next());
    run?.();
  }
}
