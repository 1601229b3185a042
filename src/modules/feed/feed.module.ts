import { Module } from '@nestjs/common';
import { FeedController } from './feed.controller.js';
import { FeedRepository } from './feed.repository.js';
import { FeedService } from './feed.service.js';
import { FeedStream } from './feed.stream.js';

@Module({
  controllers: [FeedController],
  providers: [FeedRepository, FeedService, FeedStream],
  exports: [FeedService],
})
export class FeedModule {}
