import { Injectable } from '@nestjs/common';
import { map, Observable } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { IdSource } from '../../common/storage/id-source.js';
import { Page, withItems } from '../../common/storage/page.js';
import { inSlices } from '../../common/storage/slices.js';
import { asOneLine } from '../../common/text-line.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import { timeRange } from '../../common/validation/time-range.dto.js';
import type { AppendLogEntry, ReadLog } from './log.dto.js';
import type { LogEntry } from './log-entry.entity.js';
import { LogRepository } from './log.repository.js';

/** The work log: what was done, line by line, never changed. */
@Injectable()
export class LogService {
  /** The id of each entry, once it is durable. */
  readonly entries$: Observable<string>;

  constructor(
    private readonly repository: LogRepository,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {
    this.entries$ = repository.records.committed$.pipe(map(({ record }) => record.id));
  }

  append({ text, agent }: AppendLogEntry): Promise<string> {
    return this.repository.append(() => ({ id: this.ids.next(), timestamp: this.clock.timestamp(), text, agent }));
  }

  list({ agent, cursor, limit = PAGE_MAX_ITEMS, ...span }: ReadLog): Page {
    return this.repository.list({ agent, cursor, limit, ...timeRange(span, this.clock) });
  }

  /** The same, in slices where it is long. */
  listInSlices({ limit = PAGE_MAX_ITEMS, ...query }: ReadLog): Promise<Page> {
    return inSlices({ ...query, limit }, 'oldest first', (slice) => this.list(slice));
  }

  /** The same, each entry as a line of text. */
  raw({ limit = PAGE_MAX_ITEMS, ...query }: ReadLog): Promise<Page> {
    const lines = (slice: ReadLog): Page => withItems(this.list(slice), (json) => asLine(JSON.parse(json) as LogEntry));
    return inSlices({ ...query, limit }, 'oldest first', lines, '\n');
  }
}

function asLine({ timestamp, agent, text }: LogEntry): string {
  return asOneLine(`[${timestamp}]${agent ? ` (${agent})` : ''} ${text}`);
}
