import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { EVENT_TYPES, type FeedEvent } from '../../../feed/event.entity.js';
import { ListEvents } from '../../../feed/feed.dto.js';
import { FeedService } from '../../../feed/feed.service.js';
import type { ExportedList } from '../../exports/exports.js';
import { newestFirst, records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';

const PAGE_ITEMS = 100;
const COLUMNS = ['id', 'timestamp', 'agent', 'type', 'summary', 'detail', 'metadata'] satisfies (keyof FeedEvent)[];

export class FeedQuery extends PickType(ListEvents, ['agent', 'type', 'since', 'cursor'] as const) {}

/** What agents told each other, newest first. */
@Injectable()
export class FeedView {
  constructor(private readonly feed: FeedService) {}

  page(query: FeedQuery): UiPage {
    return {
      template: 'feed',
      title: 'Feed',
      data: { query, types: EVENT_TYPES },
      parts: { list: { load: () => this.events(query) } },
    };
  }

  /** Newest first, as it is shown. */
  export(query: FeedQuery): ExportedList {
    return { name: 'feed', columns: COLUMNS, page: (at) => newestFirst(this.feed.list({ ...query, ...at })) };
  }

  /** The page of one event. */
  event(id: string): UiPage {
    const event = JSON.parse(this.feed.get(id)) as FeedEvent;
    return { template: 'event', title: event.summary.slice(0, 80), data: { event }, parts: {} };
  }

  private events(query: FeedQuery): object {
    const { items, nextCursor } = records<FeedEvent>(this.feed.list({ ...query, limit: PAGE_ITEMS }));
    return { events: items.reverse(), nextCursor };
  }
}
