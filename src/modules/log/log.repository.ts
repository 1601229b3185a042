import { Injectable } from '@nestjs/common';
import type { Page } from '../../common/storage/page.js';
import type { Projection } from '../../common/storage/projection.js';
import { RecordLogs } from '../../common/storage/record-logs.js';
import { newestInSpan, readTimeline, TimelineSpan, TimelineStatement } from '../../common/storage/timeline.js';
import type { LogEntry } from './log-entry.entity.js';

/** `log.jsonl`: an entry a line. */
@Injectable()
export class LogRepository implements Projection<LogEntry> {
  readonly log = 'log';
  readonly tables = `
    CREATE TABLE log_entries (id TEXT PRIMARY KEY, timestamp TEXT NOT NULL, json TEXT NOT NULL);
    CREATE INDEX log_entries_by_time ON log_entries (timestamp, id);`;

  readonly records = this.logs.define(this);
  private readonly insert = this.logs.index.write('INSERT INTO log_entries (id, timestamp, json) VALUES (?, ?, ?)');
  private readonly deleteAll = this.logs.index.write('DELETE FROM log_entries');
  private readonly newest: TimelineStatement = this.logs.index.read(
    `SELECT id, timestamp, json FROM log_entries WHERE ${newestInSpan('log_entries')}`,
  );

  constructor(private readonly logs: RecordLogs) {}

  apply({ id, timestamp }: LogEntry, json: string): string {
    this.insert.run(id, timestamp, json);
    return json;
  }

  clear(): void {
    this.deleteAll.run();
  }

  largestId({ id }: LogEntry): string {
    return id;
  }

  /** Appends the entry that `make` gives when its turn comes. */
  append(make: () => LogEntry): Promise<string> {
    return this.logs.change((batch) => batch.append(this.records, make()));
  }

  /** The newest entries of a span, oldest first. */
  list(span: TimelineSpan): Page {
    return readTimeline(this.newest, [], span);
  }
}
