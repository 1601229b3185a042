import { Injectable } from '@nestjs/common';
import { map, Observable } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { notFound } from '../../common/errors/domain-error.js';
import type { StreamEvent } from '../../common/sse/sse-hub.js';
import type { Batch } from '../../common/storage/batch.js';
import { IdSource, isUlid } from '../../common/storage/id-source.js';
import type { Page } from '../../common/storage/page.js';
import { inSlices } from '../../common/storage/slices.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import { parseInstant } from '../../common/validation/time.js';
import type { ListEvents, PublishEvent } from './feed.dto.js';
import { FeedRepository } from './feed.repository.js';

const DEFAULT_LIMIT = 50;

/** The feed: what agents tell each other, in one order for everyone. */
@Injectable()
export class FeedService {
  /** Every event once it is durable. */
  readonly events$: Observable<StreamEvent & { topic: string }>;
  /** Tells that the feed was emptied. */
  readonly cleared$: Observable<void>;

  constructor(
    private readonly repository: FeedRepository,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {
    const { committed$, cleared$ } = repository.records;
    this.events$ = committed$.pipe(map(({ record, wire }) => ({ id: record.id, json: wire, topic: record.agent })));
    this.cleared$ = cleared$;
  }

  publish(event: PublishEvent): Promise<string> {
    return this.repository.write((batch) => this.record(batch, event));
  }

  /** Publishes an event together with a change of another service, inside its batch. */
  record(batch: Batch, { agent, type, summary, detail, metadata }: PublishEvent): string {
    const timestamp = this.clock.timestamp();
    return this.repository.append(batch, { id: this.ids.next(), agent, type, summary, detail, metadata, timestamp });
  }

  get(id: string): string {
    const event = this.repository.find(id);
    if (event === undefined) throw notFound('event not found');
    return event;
  }

  list({ since, limit = DEFAULT_LIMIT, ...filter }: ListEvents): Page {
    return this.repository.newest({ ...filter, ...this.lowerBound(since), limit: limit || PAGE_MAX_ITEMS });
  }

  /** The same, in slices where it is long. */
  listInSlices({ limit = DEFAULT_LIMIT, ...query }: ListEvents): Promise<Page> {
    const whole = { ...query, limit: limit || PAGE_MAX_ITEMS };
    return inSlices(whole, 'oldest first', (slice) => this.list(slice));
  }

  /** How many events there are. */
  count(): number {
    return this.repository.count();
  }

  stats(): string {
    return this.repository.stats();
  }

  async clear(): Promise<{ ok: true }> {
    await this.repository.clearAll();
    return { ok: true };
  }

  /** How many events were accepted from one time until before another, in milliseconds since 1970. */
  countBetween(from: number, to: number): number {
    return this.repository.countBetween(from, to);
  }

  /** Agents that told something and have this text in their name; of more than 10,000 agents only some are looked at. */
  searchAgents(text: string, limit: number): string[] {
    return this.repository.searchAgents(text, limit);
  }

  /** Id of the newest event, if there is one. */
  newestId(): string | undefined {
    return this.repository.newestId();
  }

  has(id: string): boolean {
    return this.repository.find(id) !== undefined;
  }

  after(id: string, agent: string | undefined, limit: number): Iterable<StreamEvent> {
    return this.repository.after(id, agent, limit);
  }

  /** An id's time is hardly ever earlier than its event's timestamp, so a time also bounds the ids to be looked at. */
  private lowerBound(since: string | undefined): { afterId: string; afterTime: string } {
    if (!since) return { afterId: '', afterTime: '' };
    if (isUlid(since)) return { afterId: since.toUpperCase(), afterTime: '' };
    const afterTime = parseInstant(since) ?? '';
    return { afterId: this.repository.smallestIdAfter(afterTime), afterTime };
  }
}
