import { LRUCache } from 'lru-cache';
import { ownTurn } from '../own-turn.js';

/** What takes longer holds up all others for as long. */
const SLOW_MS = 5;
const KNOWN_MAX = 1000;

/**
 * Keeps requests that take long from holding up the others: those known to, such as for lists of thousands, wait for a
 * turn of their own.
 */
export class SlowLane {
  private readonly slow = new LRUCache<string, true>({ max: KNOWN_MAX });

  /** Runs it now, or when its turn comes, unless nobody wants it any more by then. */
  enter(name: string, isWanted: () => boolean, run: () => void): void {
    if (!this.slow.has(name)) return run();
    void ownTurn().then(() => isWanted() && run());
  }

  /** To be told for each request how long it took. */
  took(name: string, ms: number): void {
    if (ms > SLOW_MS) this.slow.set(name, true);
    else this.slow.delete(name);
  }
}
