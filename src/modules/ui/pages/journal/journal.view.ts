import { Injectable } from '@nestjs/common';
import { OmitType } from '@nestjs/swagger';
import { Clock } from '../../../../common/clock.js';
import type { JournalEntry } from '../../../journal/journal-entry.entity.js';
import { ReadJournal } from '../../../journal/journal.dto.js';
import { JournalService } from '../../../journal/journal.service.js';
import type { ExportedList } from '../../exports/exports.js';
import { byDay } from '../../frame/days.js';
import { fixedRange, shownRange } from '../../frame/range.js';
import { newestFirst, records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';

const PAGE_ITEMS = 100;
const COLUMNS = ['id', 'timestamp', 'author', 'mood', 'tags', 'text'] satisfies (keyof JournalEntry)[];

export class JournalQuery extends OmitType(ReadJournal, ['limit'] as const) {}

/** Thoughts by day, newest first. */
@Injectable()
export class JournalView {
  constructor(
    private readonly journal: JournalService,
    private readonly clock: Clock,
  ) {}

  page(query: JournalQuery): UiPage {
    return {
      template: 'journal',
      title: 'Journal',
      data: { query, range: shownRange(query) },
      parts: { list: { live: ['journal'], load: () => this.days(query) } },
    };
  }

  /** Newest first, as it is shown. */
  export(query: JournalQuery): ExportedList {
    const span = fixedRange(query, this.clock);
    return {
      name: 'journal',
      columns: COLUMNS,
      page: (at) => newestFirst(this.journal.list({ ...query, ...span, ...at })),
    };
  }

  private days(query: JournalQuery): object {
    const page = newestFirst(this.journal.list({ ...query, limit: PAGE_ITEMS }));
    const { items, nextCursor } = records<JournalEntry>(page);
    return { days: byDay(items, this.clock.now()), nextCursor };
  }
}
