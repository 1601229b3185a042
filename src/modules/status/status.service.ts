import { Injectable } from '@nestjs/common';
import { BoardService } from '../board/board.service.js';
import { FeedService } from '../feed/feed.service.js';
import { RegistryService } from '../registry/registry.service.js';
import type { SwarmStatus } from './status.entity.js';

/** The swarm in numbers that are kept or read off an index, so that every agent may ask every few seconds. */
@Injectable()
export class StatusService {
  constructor(
    private readonly board: BoardService,
    private readonly registry: RegistryService,
    private readonly feed: FeedService,
  ) {}

  status(): SwarmStatus {
    return { tasks: this.board.counts(), vms: this.registry.counts(), events: { total: this.feed.count() } };
  }
}
