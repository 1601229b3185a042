import { Module } from '@nestjs/common';
import { BoardModule } from '../board/board.module.js';
import { CommitsModule } from '../commits/commits.module.js';
import { FeedModule } from '../feed/feed.module.js';
import { JournalModule } from '../journal/journal.module.js';
import { LogModule } from '../log/log.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { ReportsModule } from '../reports/reports.module.js';
import { SkillsModule } from '../skills/skills.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { CommitsPageController } from './commits.controller.js';
import { CommitsView } from './commits.view.js';
import { CostToday } from './cost-today.js';
import { DashboardController } from './dashboard.controller.js';
import { DashboardView } from './dashboard.view.js';
import { EventRate } from './event-rate.js';
import { EventRows } from './event-rows.js';
import { Exports } from './exports.js';
import { FeedPageController } from './feed.controller.js';
import { FeedView } from './feed.view.js';
import { FleetController } from './fleet.controller.js';
import { FleetView } from './fleet.view.js';
import { Frame } from './frame.js';
import { JournalPageController } from './journal.controller.js';
import { JournalView } from './journal.view.js';
import { LiveChanges } from './live-changes.js';
import { LiveStream } from './live-stream.js';
import { liveTopics } from './live-topics.js';
import { LiveController } from './live.controller.js';
import { LogPageController } from './log.controller.js';
import { LogView } from './log.view.js';
import { NumbersView } from './numbers.view.js';
import { RailView } from './rail.view.js';
import { ReportView } from './report.view.js';
import { ReportsPageController } from './reports.controller.js';
import { ReportsView } from './reports.view.js';
import { ReviewController } from './review.controller.js';
import { ReviewView } from './review.view.js';
import { SearchController } from './search.controller.js';
import { SearchView } from './search.view.js';
import { SkillAgentsController } from './skill-agents.controller.js';
import { SkillAgentsView } from './skill-agents.view.js';
import { SkillView } from './skill.view.js';
import { SkillsPageController } from './skills.controller.js';
import { SkillsView } from './skills.view.js';
import { TaskView } from './task.view.js';
import { TasksController } from './tasks.controller.js';
import { TasksView } from './tasks.view.js';
import { TokenRate } from './token-rate.js';
import { Trends } from './trends.js';
import { UiKits } from './ui-kits.js';
import { UsageListsView } from './usage-lists.view.js';
import { UsagePageController } from './usage.controller.js';
import { UsageView } from './usage.view.js';

const SERVICES = [BoardModule, FeedModule, RegistryModule, LogModule, JournalModule, CommitsModule, UsageModule];
const KNOWLEDGE = [SkillsModule, ReportsModule];
const FRAME = [Frame, UiKits, liveTopics, LiveChanges, LiveStream, EventRows, Exports];
const NUMBERS = [Trends, EventRate, CostToday, TokenRate, NumbersView];
const PAGES = [DashboardController, TasksController, ReviewController, FeedPageController, FleetController];
const VIEWS = [DashboardView, RailView, TasksView, TaskView, ReviewView, FeedView, FleetView, SearchView];
const RECORDS = [LogView, JournalView, CommitsView, UsageView, UsageListsView];
const RECORD_PAGES = [LogPageController, JournalPageController, CommitsPageController, UsagePageController];
const KNOWLEDGE_VIEWS = [SkillsView, SkillView, SkillAgentsView, ReportsView, ReportView];
// `skills/agents/…` is none of the kinds of `skills/:kind/…`: the first that matches answers.
const KNOWLEDGE_PAGES = [SkillAgentsController, SkillsPageController, ReportsPageController];

/** The dashboard: pages for the people who watch the swarm. It alone may know all services. */
@Module({
  imports: [...SERVICES, ...KNOWLEDGE],
  controllers: [...PAGES, ...RECORD_PAGES, ...KNOWLEDGE_PAGES, SearchController, LiveController],
  providers: [...FRAME, ...NUMBERS, ...VIEWS, ...RECORDS, ...KNOWLEDGE_VIEWS],
})
export class UiModule {}
