import { Injectable } from '@nestjs/common';
import { OmitType } from '@nestjs/swagger';
import { Clock } from '../../../../common/clock.js';
import type { LogEntry } from '../../../log/log-entry.entity.js';
import { ReadLog } from '../../../log/log.dto.js';
import { LogService } from '../../../log/log.service.js';
import type { ExportedList } from '../../exports/exports.js';
import { byDay } from '../../frame/days.js';
import { fixedRange, shownRange } from '../../frame/range.js';
import { newestFirst, records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';

const PAGE_ITEMS = 100;
const COLUMNS = ['id', 'timestamp', 'agent', 'text'] satisfies (keyof LogEntry)[];

export class LogQuery extends OmitType(ReadLog, ['limit'] as const) {}

/** The work log by day, newest first. */
@Injectable()
export class LogView {
  constructor(
    private readonly log: LogService,
    private readonly clock: Clock,
  ) {}

  page(query: LogQuery): UiPage {
    return {
      template: 'log',
      title: 'Log',
      data: { query, range: shownRange(query) },
      parts: { list: { live: ['log'], load: () => this.days(query) } },
    };
  }

  /** Newest first, as it is shown. */
  export(query: LogQuery): ExportedList {
    const span = fixedRange(query, this.clock);
    return {
      name: 'log',
      columns: COLUMNS,
      page: (at) => newestFirst(this.log.list({ ...query, ...span, ...at })),
    };
  }

  private days(query: LogQuery): object {
    const page = newestFirst(this.log.list({ ...query, limit: PAGE_ITEMS }));
    const { items, nextCursor } = records<LogEntry>(page);
    return { days: byDay(items, this.clock.now()), nextCursor };
  }
}
