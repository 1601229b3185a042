import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BoardModule } from '../board/board.module.js';
import { CommitsModule } from '../commits/commits.module.js';
import { FeedModule } from '../feed/feed.module.js';
import { JournalModule } from '../journal/journal.module.js';
import { LogModule } from '../log/log.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { ReportsModule } from '../reports/reports.module.js';
import { SkillsModule } from '../skills/skills.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { Exports } from './exports/exports.js';
import { Frame } from './frame/frame.js';
import { CostToday } from './gauges/cost-today.js';
import { EventRate } from './gauges/event-rate.js';
import { TokenRate } from './gauges/token-rate.js';
import { Trends } from './gauges/trends.js';
import { UiKits } from './kit/ui-kits.js';
import { EventRows } from './live/event-rows.js';
import { LiveChanges } from './live/live-changes.js';
import { LiveStream } from './live/live-stream.js';
import { liveTopics } from './live/live-topics.js';
import { LiveController } from './live/live.controller.js';
import { ClaimsPageController } from './pages/claims/claims.controller.js';
import { ClaimsView } from './pages/claims/claims.view.js';
import { CommitsPageController } from './pages/commits/commits.controller.js';
import { CommitsView } from './pages/commits/commits.view.js';
import { DashboardController } from './pages/dashboard/dashboard.controller.js';
import { DashboardView } from './pages/dashboard/dashboard.view.js';
import { NumbersView } from './pages/dashboard/numbers.view.js';
import { RailView } from './pages/dashboard/rail.view.js';
import { FeedPageController } from './pages/feed/feed.controller.js';
import { FeedView } from './pages/feed/feed.view.js';
import { FleetController } from './pages/fleet/fleet.controller.js';
import { FleetView } from './pages/fleet/fleet.view.js';
import { JournalPageController } from './pages/journal/journal.controller.js';
import { JournalView } from './pages/journal/journal.view.js';
import { KeysPageController } from './pages/keys/keys.controller.js';
import { KeysView } from './pages/keys/keys.view.js';
import { LogPageController } from './pages/log/log.controller.js';
import { LogView } from './pages/log/log.view.js';
import { ReportView } from './pages/reports/report.view.js';
import { ReportsPageController } from './pages/reports/reports.controller.js';
import { ReportsView } from './pages/reports/reports.view.js';
import { ReviewController } from './pages/review/review.controller.js';
import { ReviewView } from './pages/review/review.view.js';
import { SkillAgentsController } from './pages/skills/skill-agents.controller.js';
import { SkillAgentsView } from './pages/skills/skill-agents.view.js';
import { SkillView } from './pages/skills/skill.view.js';
import { SkillsPageController } from './pages/skills/skills.controller.js';
import { SkillsView } from './pages/skills/skills.view.js';
import { TaskView } from './pages/tasks/task.view.js';
import { TasksController } from './pages/tasks/tasks.controller.js';
import { TasksView } from './pages/tasks/tasks.view.js';
import { UsageListsView } from './pages/usage/usage-lists.view.js';
import { UsagePageController } from './pages/usage/usage.controller.js';
import { UsageView } from './pages/usage/usage.view.js';
import { SearchController } from './search/search.controller.js';
import { SearchView } from './search/search.view.js';

const SERVICES = [BoardModule, FeedModule, RegistryModule, LogModule, JournalModule, CommitsModule, UsageModule];
const KNOWLEDGE = [SkillsModule, ReportsModule];
const FRAME = [Frame, UiKits, liveTopics, LiveChanges, LiveStream, EventRows, Exports];
const NUMBERS = [Trends, EventRate, CostToday, TokenRate, NumbersView];
const PAGES = [
  DashboardController,
  TasksController,
  ClaimsPageController,
  ReviewController,
  FeedPageController,
  FleetController,
  KeysPageController,
];
const VIEWS = [
  DashboardView,
  RailView,
  TasksView,
  TaskView,
  ClaimsView,
  ReviewView,
  FeedView,
  FleetView,
  KeysView,
  SearchView,
];
const RECORDS = [LogView, JournalView, CommitsView, UsageView, UsageListsView];
const RECORD_PAGES = [LogPageController, JournalPageController, CommitsPageController, UsagePageController];
const KNOWLEDGE_VIEWS = [SkillsView, SkillView, SkillAgentsView, ReportsView, ReportView];
// `skills/agents/…` is none of the kinds of `skills/:kind/…`: the first that matches answers.
const KNOWLEDGE_PAGES = [SkillAgentsController, SkillsPageController, ReportsPageController];

/** The dashboard: pages for the people who watch the swarm. It alone may know all services. */
@Module({
  imports: [...SERVICES, ...KNOWLEDGE, AuthModule],
  controllers: [...PAGES, ...RECORD_PAGES, ...KNOWLEDGE_PAGES, SearchController, LiveController],
  providers: [...FRAME, ...NUMBERS, ...VIEWS, ...RECORDS, ...KNOWLEDGE_VIEWS],
})
export class UiModule {}
