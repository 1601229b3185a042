import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedEvent } from '../../src/modules/feed/event.entity.ts';
import { EventStream } from '../support/event-stream.ts';
import type { HttpClient } from '../support/http-client.ts';
import type { Ledger } from './ledger.ts';

const DRAIN_MAX_MS = 10_000;
const DRAIN_STEP_MS = 50;

/** A reader of the feed's stream that keeps what arrives of one run, in the order of arrival. */
export class FeedWatch {
  readonly events: FeedEvent[];
  private readonly stream: EventStream;

  private constructor(stream: EventStream, events: FeedEvent[]) {
    this.stream = stream;
    this.events = events;
  }

  static async open(http: HttpClient, run: string): Promise<FeedWatch> {
    const arrived: FeedEvent[] = [];
    const stream = await EventStream.open(http, '/feed/stream', ({ data }) => {
      const event = JSON.parse(data) as FeedEvent;
      if (event.metadata?.['run'] === run) arrived.push(event);
    });
    return new FeedWatch(stream, arrived);
  }

  get breaks(): number {
    return this.stream.breaks;
  }

  /** Waits until everything that was acknowledged has arrived, or nothing more can be expected. */
  async drain({ feed }: Ledger): Promise<void> {
    const deadline = performance.now() + DRAIN_MAX_MS;
    while (this.events.length < feed.size && performance.now() < deadline) await sleep(DRAIN_STEP_MS);
    // One step more, for what should not come.
    await sleep(DRAIN_STEP_MS);
    this.stream.close();
  }
}
