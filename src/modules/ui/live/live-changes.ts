import { Inject, Injectable, OnModuleDestroy } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import { decodeTime } from 'ulid';
import { Clock } from '../../../common/clock.js';
import { FeedService } from '../../feed/feed.service.js';
import { LIVE_TOPICS, type LiveTopic } from './live-topics.js';

/** Of more things than this it is only said that the topic changed. */
const IDS_MAX = 100;
/** Smaller than every id: the stream then begins with the first event there is. */
const BEFORE_ALL_EVENTS = '0'.repeat(26);

export interface LiveChange {
  /** Different after each change, also after a restart. */
  revision: number;
  /** What changed; `null` when it may be anything. */
  ids: string[] | null;
}

/** What changed, gathered by topic, so that a page under a thousand changes a second is told a few times. */
@Injectable()
export class LiveChanges implements OnModuleDestroy {
  /** Tells of gathered changes by the name of their topic. */
  readonly changes$: Observable<Record<string, LiveChange>>;

  private readonly changes = new Subject<Record<string, LiveChange>>();
  private readonly gathered = new Map<string, Set<string>>();
  private readonly current: Record<string, number> = {};
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(
    @Inject(LIVE_TOPICS) topics: LiveTopic[],
    private readonly feed: FeedService,
    clock: Clock,
  ) {
    this.changes$ = this.changes.asObservable();
    for (const topic of topics) {
      this.current[topic.name] = clock.now();
      topic.changes$.subscribe((id) => this.gather(topic, id));
    }
  }

  /** What each topic is at; a page that was read at another revision is out of date. */
  revisions(): Readonly<Record<string, number>> {
    return this.current;
  }

  /** What a page that is read now has to know to be kept up to date: see `ui/scripts/live.js`. */
  now(): { revisions: string; cursor: string; lastEventAt?: string } {
    const newest = this.feed.newestId();
    return {
      revisions: JSON.stringify(this.current),
      cursor: newest ?? BEFORE_ALL_EVENTS,
      lastEventAt: newest && new Date(decodeTime(newest)).toISOString(),
    };
  }

  onModuleDestroy(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.changes.complete();
  }

  private gather({ name, paceMs }: LiveTopic, id: string): void {
    this.current[name] = (this.current[name] ?? 0) + 1;
    const ids = this.gathered.get(name) ?? new Set();
    if (ids.size <= IDS_MAX) this.gathered.set(name, ids.add(id));
    if (!this.timers.has(name)) this.timers.set(name, setTimeout(() => this.tell(name), paceMs).unref());
  }

  private tell(name: string): void {
    const ids = this.gathered.get(name) ?? new Set();
    this.timers.delete(name);
    this.gathered.delete(name);
    const change = { revision: this.current[name] ?? 0, ids: ids.size > IDS_MAX ? null : [...ids] };
    this.changes.next({ [name]: change });
  }
}
