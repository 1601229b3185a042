import { Module } from '@nestjs/common';
import { BoardModule } from '../board/board.module.js';
import { FeedModule } from '../feed/feed.module.js';
import { JournalModule } from '../journal/journal.module.js';
import { LogModule } from '../log/log.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { DashboardController } from './dashboard.controller.js';
import { DashboardView } from './dashboard.view.js';
import { EventRows } from './event-rows.js';
import { Frame } from './frame.js';
import { LiveChanges } from './live-changes.js';
import { LiveStream } from './live-stream.js';
import { liveTopics } from './live-topics.js';
import { LiveController } from './live.controller.js';
import { TasksController } from './tasks.controller.js';
import { TasksView } from './tasks.view.js';
import { UiKits } from './ui-kits.js';

/** The dashboard: pages for the people who watch the swarm. It alone may know all services. */
@Module({
  imports: [BoardModule, FeedModule, RegistryModule, LogModule, JournalModule],
  controllers: [DashboardController, TasksController, LiveController],
  providers: [Frame, liveTopics, LiveChanges, LiveStream, EventRows, UiKits, DashboardView, TasksView],
})
export class UiModule {}
