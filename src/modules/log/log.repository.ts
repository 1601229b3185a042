import { Injectable } from '@nestjs/common';
import type { Page } from '../../common/storage/page.js';
import type { Projection } from '../../common/storage/projection.js';
import { RecordLogs } from '../../common/storage/record-logs.js';
import { newestInSpan, readTimeline, TimelineSpan, TimelineStatement } from '../../common/storage/timeline.js';
import type { LogEntry } from './log-entry.entity.js';

export interface LogFilter extends TimelineSpan {
  agent?: string;
}

/** `log.jsonl`: an entry a line. */
@Injectable()
export class LogRepository implements Projection<LogEntry> {
  readonly log = 'log';
  readonly tables = `
    CREATE TABLE log_entries (id TEXT PRIMARY KEY, timestamp TEXT NOT NULL, agent TEXT, json TEXT NOT NULL);
    CREATE INDEX log_entries_by_time ON log_entries (timestamp, id);
    CREATE INDEX log_entries_by_agent ON log_entries (agent, timestamp, id) WHERE agent IS NOT NULL;`;

  readonly records = this.logs.define(this);
  private readonly insert = this.logs.index.write(
    'INSERT INTO log_entries (id, timestamp, agent, json) VALUES (?, ?, ?, ?)',
  );
  private readonly deleteAll = this.logs.index.write('DELETE FROM log_entries');
  private readonly lists = { all: this.read(''), agent: this.read('agent = ? AND') };

  constructor(private readonly logs: RecordLogs) {}

  apply({ id, timestamp, agent }: LogEntry, json: string): string {
    this.insert.run(id, timestamp, agent ?? null, json);
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

  /** The newest matches of a span, oldest first. */
  list(filter: LogFilter): Page {
    const { agent, from, to, cursor, limit, isMoving } = filter;
    if (isMoving) return this.readList(filter);
    return this.logs.keptPage(this.log, ['list', agent, from, to, cursor, limit], () => this.readList(filter));
  }

  private readList({ agent, ...span }: LogFilter): Page {
    return agent === undefined ? readTimeline(this.lists.all, [], span) : readTimeline(this.lists.agent, [agent], span);
  }

  private read(condition: string): TimelineStatement {
    return this.logs.index.read(
      `SELECT id, timestamp, json FROM log_entries WHERE ${condition} ${newestInSpan('log_entries')}`,
    );
  }
}
