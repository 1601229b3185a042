import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { SseHub } from '../../common/sse/sse-hub.js';
import { isUlid } from '../../common/storage/id-source.js';
import type { StreamEvents } from './feed.dto.js';
import { FeedService } from './feed.service.js';

/** A cursor that no event has, so that all of them follow the reset. */
const BEFORE_ALL = '0';

/** The feed as it happens. */
@Injectable()
export class FeedStream implements BeforeApplicationShutdown {
  private readonly hub: SseHub;

  constructor(feed: FeedService) {
    this.hub = new SseHub({
      live$: feed.events$,
      cleared$: feed.cleared$,
      after: (id, agent, limit) => feed.after(id, agent, limit),
      has: (id) => feed.has(id),
    });
  }

  /** `Last-Event-ID` beats `since`, because a browser that reconnects repeats the URL it began with. */
  open(request: Request, response: Response, { agent, since }: StreamEvents): void {
    const lastSeen = request.get('Last-Event-ID') || since;
    const cursor = lastSeen && (isUlid(lastSeen) ? lastSeen.toUpperCase() : BEFORE_ALL);
    this.hub.open(request, response, { topic: agent, cursor });
  }

  beforeApplicationShutdown(): void {
    this.hub.end();
  }
}
