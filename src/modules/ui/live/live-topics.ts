import type { Provider } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { BoardService } from '../../board/board.service.js';
import { CommitsService } from '../../commits/commits.service.js';
import { FeedService } from '../../feed/feed.service.js';
import { JournalService } from '../../journal/journal.service.js';
import { LogService } from '../../log/log.service.js';
import { RegistryService } from '../../registry/registry.service.js';
import { ReportsService } from '../../reports/reports.service.js';
import { SharesService } from '../../reports/shares.service.js';
import { SkillsService } from '../../skills/skills.service.js';
import { SyncService } from '../../skills/sync.service.js';
import { UsageService } from '../../usage/usage.service.js';
import { TokenRate } from '../gauges/token-rate.js';

/** Something whose changes open pages are told about. */
export interface LiveTopic {
  name: string;
  /** Ids of the things that changed, after the change can be read. */
  changes$: Observable<string>;
  /** How long changes may be gathered before they are told. */
  paceMs: number;
}

const AT_ONCE_MS = 250;
/** For what changes all the time. */
const CALM_MS = 1000;
/** For what many records are added up for. */
const SUMS_MS = 3000;

export const LIVE_TOPICS = Symbol('LIVE_TOPICS');

/** All topics that a part of a page can name in `live`. */
export const liveTopics: Provider = {
  provide: LIVE_TOPICS,
  inject: [
    ...[BoardService, FeedService, RegistryService, LogService, JournalService, CommitsService],
    ...[SkillsService, SyncService, ReportsService, SharesService, UsageService, TokenRate],
  ],
  useFactory: (
    board: BoardService,
    feed: FeedService,
    registry: RegistryService,
    log: LogService,
    journal: JournalService,
    commits: CommitsService,
    skills: SkillsService,
    sync: SyncService,
    reports: ReportsService,
    shares: SharesService,
    usage: UsageService,
    tokens: TokenRate,
  ): LiveTopic[] => [
    { name: 'board', changes$: board.changes$, paceMs: AT_ONCE_MS },
    { name: 'feed', changes$: feed.events$.pipe(map(({ id }) => id)), paceMs: CALM_MS },
    { name: 'registry', changes$: registry.changes$, paceMs: AT_ONCE_MS },
    { name: 'heartbeats', changes$: registry.beats$, paceMs: CALM_MS },
    { name: 'log', changes$: log.entries$, paceMs: AT_ONCE_MS },
    { name: 'journal', changes$: journal.entries$, paceMs: AT_ONCE_MS },
    { name: 'commits', changes$: commits.changes$, paceMs: AT_ONCE_MS },
    { name: 'skills', changes$: skills.changes$.pipe(map(({ type, name }) => `${type}/${name}`)), paceMs: AT_ONCE_MS },
    { name: 'syncs', changes$: sync.synced$, paceMs: CALM_MS },
    { name: 'reports', changes$: reports.changes$, paceMs: AT_ONCE_MS },
    { name: 'shares', changes$: shares.changes$, paceMs: AT_ONCE_MS },
    { name: 'usage', changes$: usage.changes$, paceMs: SUMS_MS },
    { name: 'tokens', changes$: tokens.changes$, paceMs: CALM_MS },
  ],
};
