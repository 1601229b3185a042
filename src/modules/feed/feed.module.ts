import { Module } from '@nestjs/common';
import { FeedController } from './feed.controller.js';
import { FeedRepository } from './feed.repository.js';
import { FeedService } from './feed.service.js';
import { FeedStream } from './feed.stream.js';
import { FeedTakeover } from './feed.takeover.js';

@Module({
  controllers: [FeedController],
  providers: [FeedRepository, FeedService, FeedStream, FeedTakeover],
  exports: [FeedService],
})
export class FeedModule {}
