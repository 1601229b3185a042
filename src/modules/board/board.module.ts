import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/feed.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { Announcer } from './announcer.js';
import { BoardController } from './board.controller.js';
import { BoardRepository } from './board.repository.js';
import { BoardService } from './board.service.js';
import { BoardTakeover } from './board.takeover.js';
import { CardsRepository } from './cards.repository.js';
import { CardsService } from './cards.service.js';
import { ClaimQueue } from './claim-queue.js';
import { ClaimsController } from './claims.controller.js';
import { ClaimsService } from './claims.service.js';
import { LeaseClock } from './lease-clock.js';
import { LeaseKeeper } from './lease-keeper.js';
import { TaskWriter } from './task-writer.js';

@Module({
  imports: [FeedModule, RegistryModule],
  // The queue's fixed paths stand before `:id`.
  controllers: [ClaimsController, BoardController],
  providers: [
    ...[BoardRepository, TaskWriter, Announcer, BoardService, BoardTakeover],
    ...[CardsRepository, CardsService, ClaimsService, ClaimQueue, LeaseClock, LeaseKeeper],
  ],
  exports: [BoardService, CardsService, ClaimsService],
})
export class BoardModule {}
