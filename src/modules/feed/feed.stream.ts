import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { SseHub } from '../../common/sse/sse-hub.js';
import { streamCursor } from '../../common/sse/stream.dto.js';
import type { StreamEvents } from './feed.dto.js';
import { FeedService } from './feed.service.js';

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

  open(request: Request, response: Response, query: StreamEvents): void {
    this.hub.open(request, response, { topic: query.agent, cursor: streamCursor(request, query) });
  }

  beforeApplicationShutdown(): void {
    this.hub.end();
  }
}
