import { Injectable } from '@nestjs/common';
import { map, Observable } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { IdSource } from '../../common/storage/id-source.js';
import { Page, withItems } from '../../common/storage/page.js';
import { inSlices } from '../../common/storage/slices.js';
import { asOneLine } from '../../common/text-line.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import { timeRange } from '../../common/validation/time-range.dto.js';
import type { ReadJournal, WriteJournalEntry } from './journal.dto.js';
import type { JournalEntry } from './journal-entry.entity.js';
import { JournalRepository } from './journal.repository.js';

/** The journal: what agents think and feel about their work, never changed. */
@Injectable()
export class JournalService {
  /** The id of each entry, once it is durable. */
  readonly entries$: Observable<string>;

  constructor(
    private readonly repository: JournalRepository,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {
    this.entries$ = repository.records.committed$.pipe(map(({ record }) => record.id));
  }

  write({ text, author, mood, tags }: WriteJournalEntry): Promise<string> {
    return this.repository.append(() => ({
      id: this.ids.next(),
      timestamp: this.clock.timestamp(),
      text,
      author,
      mood: mood || undefined,
      tags: tags?.length ? tags : undefined,
    }));
  }

  list({ author, tag, cursor, limit = PAGE_MAX_ITEMS, ...span }: ReadJournal): Page {
    return this.repository.list({ author, tag, cursor, limit, ...timeRange(span, this.clock) });
  }

  /** The same, in slices where it is long. */
  listInSlices({ limit = PAGE_MAX_ITEMS, ...query }: ReadJournal): Promise<Page> {
    return inSlices({ ...query, limit }, 'oldest first', (slice) => this.list(slice));
  }

  /** The same, each entry as a line of text. */
  raw({ limit = PAGE_MAX_ITEMS, ...query }: ReadJournal): Promise<Page> {
    const lines = (slice: ReadJournal): Page =>
      withItems(this.list(slice), (json) => asLine(JSON.parse(json) as JournalEntry));
    return inSlices({ ...query, limit }, 'oldest first', lines, '\n');
  }
}

function asLine({ timestamp, author, mood, tags = [], text }: JournalEntry): string {
  const parts = [`[${timestamp}]`, author && `(${author})`, mood && `[${mood}]`, ...tags.map((tag) => `#${tag}`), text];
  return asOneLine(parts.filter(Boolean).join(' '));
}
