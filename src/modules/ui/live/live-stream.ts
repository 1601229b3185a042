import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { map } from 'rxjs';
import { SseHub, type StreamEvent } from '../../../common/sse/sse-hub.js';
import { streamCursor, type StreamQuery } from '../../../common/sse/stream.dto.js';
import type { FeedEvent } from '../../feed/event.entity.js';
import { FeedService } from '../../feed/feed.service.js';
import { EventRows } from './event-rows.js';
import { LiveChanges } from './live-changes.js';

/** Lets a page see that its connection is alive, also when a laptop slept or a cable was pulled. */
const PULSE_MS = 10_000;

/** More than a page shows: one that missed more begins its lists anew with the newest. */
const MISSED_MAX = 500;
const RESET = 'event: reset\ndata: {}\n\n';

/**
 * The one stream of an open page: the feed's events with their ids as rows ready to be shown, and between them what else
 * changed: `hello` with the revisions of all topics, `changed`, and `pulse`.
 */
@Injectable()
export class LiveStream implements BeforeApplicationShutdown {
  private readonly hub: SseHub;
  private readonly pulse: NodeJS.Timeout;

  constructor(
    private readonly changes: LiveChanges,
    private readonly rows: EventRows,
    private readonly feed: FeedService,
  ) {
    this.hub = new SseHub({
      live$: feed.events$.pipe(map((event) => this.asRow(event))),
      cleared$: feed.cleared$,
      after: (id, _topic, limit) => this.asRows(feed.after(id, undefined, limit)),
      has: (id) => feed.has(id),
    });
    changes.changes$.subscribe((change) => this.hub.tell('changed', JSON.stringify(change)));
    this.pulse = setInterval(() => this.hub.tell('pulse', '{}'), PULSE_MS).unref();
  }

  open(request: Request, response: Response, query: StreamQuery): void {
    const hello = `event: hello\ndata: ${JSON.stringify(this.changes.revisions())}\n\n`;
    const cursor = streamCursor(request, query);
    const newest = cursor && this.newestMissed(cursor);
    this.hub.open(
      request,
      response,
      newest ? { cursor: newest, greeting: hello + RESET } : { cursor, greeting: hello },
    );
  }

  /** Where to begin when more was missed than anybody wants to read. */
  private newestMissed(cursor: string): string | undefined {
    const { items } = this.feed.list({ since: cursor, limit: MISSED_MAX + 1 });
    const [oldest = ''] = items;
    return items.length > MISSED_MAX ? (JSON.parse(oldest) as FeedEvent).id : undefined;
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.pulse);
    this.hub.end();
  }

  private *asRows(events: Iterable<StreamEvent>): Iterable<StreamEvent> {
    for (const event of events) yield this.asRow(event);
  }

  /** Made into a row only if somebody reads it. */
  private asRow({ id, json }: StreamEvent): StreamEvent & { topic: string } {
    const { rows } = this;
    return {
      id,
      topic: '',
      get json() {
        return rows.message(JSON.parse(json) as FeedEvent);
      },
    };
  }
}
