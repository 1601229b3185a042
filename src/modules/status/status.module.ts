import { Module } from '@nestjs/common';
import { BoardModule } from '../board/board.module.js';
import { FeedModule } from '../feed/feed.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { StatusController } from './status.controller.js';
import { StatusService } from './status.service.js';

@Module({
  imports: [BoardModule, FeedModule, RegistryModule],
  controllers: [StatusController],
  providers: [StatusService],
})
export class StatusModule {}
