/** Work that nobody waits for: tracked, its failures told once in the status line, ended when the session ends. */

import type { Screen } from './screen.ts';
import { messageOf } from './service-error.ts';

/** Beyond so many the rest is dropped: the server has not answered for a long time then. */
const LANE_MAX_WAITING = 100;

export type Work = (signal: AbortSignal) => Promise<unknown>;

export class Background {
  /** With their topics. */
  private readonly underWay = new Map<Promise<void>, string | undefined>();
  private abort = new AbortController();

  constructor(private readonly screen: Screen) {}

  /** Begins a session: work may be started again. */
  open(): void {
    this.abort.abort();
    this.abort = new AbortController();
  }

  /** Starts work on a topic; the promise says when it is over and never rejects. */
  run(topic: string, work: Work): Promise<void> {
    const { signal } = this.abort;
    const promise = this.attempt(topic, work, signal).finally(() => this.underWay.delete(promise));
    this.underWay.set(promise, topic);
    return promise;
  }

  /** Does something that takes no time, whether a session is open or not. */
  now(topic: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.screen.trouble(topic, messageOf(error));
    }
  }

  /** Lets the session's end wait for something else, too. */
  hold(promise: Promise<void>): void {
    const held = promise.finally(() => this.underWay.delete(held));
    this.underWay.set(held, undefined);
  }

  /** Waits for what was started on a topic until now. */
  async over(topic: string): Promise<void> {
    const started = [...this.underWay].filter(([, about]) => about === topic);
    await Promise.all(started.map(([promise]) => promise));
  }

  /** Work that is done one piece after the other. */
  lane(topic: string): (work: Work) => void {
    let last = Promise.resolve();
    let waiting = 0;
    return (work) => {
      if (waiting >= LANE_MAX_WAITING) return;
      waiting += 1;
      const before = last;
      last = this.run(topic, async (signal) => {
        await before;
        if (!signal.aborted) await work(signal);
      }).finally(() => (waiting -= 1));
    };
  }

  /** Ends the session: waits for what is under way, then cuts off what is left. */
  async close(timeoutMs: number): Promise<void> {
    const { abort } = this;
    await atMost(timeoutMs, this.idle());
    abort.abort();
  }

  private async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay.keys());
  }

  private async attempt(topic: string, work: Work, signal: AbortSignal): Promise<void> {
    const isCutOff = (): boolean => signal.aborted;
    if (isCutOff()) return;
    try {
      await work(signal);
      if (!isCutOff()) this.screen.recovered(topic);
    } catch (error) {
      if (!isCutOff()) this.screen.trouble(topic, messageOf(error));
    }
  }
}

/** Waits for a promise, but not longer than this. */
export async function atMost(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([promise, over]);
  clearTimeout(timer);
}

/** However often it is asked for while it is under way, it is then done once more. */
export function coalesced(work: () => Promise<void>): () => void {
  let underWay: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  return () => {
    next ??= (underWay ?? Promise.resolve()).then(() => {
      underWay = next;
      next = undefined;
      return work();
    });
  };
}
