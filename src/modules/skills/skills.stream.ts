import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { NEVER } from 'rxjs';
import { SseHub } from '../../common/sse/sse-hub.js';
import { streamCursor, StreamQuery } from '../../common/sse/stream.dto.js';
import { ChangesRepository } from './changes.repository.js';

/** The hub's changes as they happen. */
@Injectable()
export class SkillsStream implements BeforeApplicationShutdown {
  private readonly hub: SseHub;

  constructor(changes: ChangesRepository) {
    this.hub = new SseHub({
      live$: changes.recorded$,
      cleared$: NEVER,
      after: (id, _topic, limit) => changes.after(id, limit),
      has: (id) => changes.has(id),
    });
  }

  open(request: Request, response: Response, query: StreamQuery): void {
    this.hub.open(request, response, { cursor: streamCursor(request, query) });
  }

  beforeApplicationShutdown(): void {
    this.hub.end();
  }
}
