import { Injectable } from '@nestjs/common';
import type { Page } from '../../common/storage/page.js';
import type { Projection } from '../../common/storage/projection.js';
import { RecordLogs } from '../../common/storage/record-logs.js';
import { newestInSpan, readTimeline, TimelineSpan, TimelineStatement } from '../../common/storage/timeline.js';
import type { JournalEntry } from './journal-entry.entity.js';

export interface JournalFilter extends TimelineSpan {
  author?: string;
  tag?: string;
}

/** `journal.jsonl`: an entry a line. Authors and tags are indexed in lower case. */
@Injectable()
export class JournalRepository implements Projection<JournalEntry> {
  readonly log = 'journal';
  readonly tables = `
    CREATE TABLE journal_entries (id TEXT PRIMARY KEY, timestamp TEXT NOT NULL, author TEXT, json TEXT NOT NULL);
    CREATE INDEX journal_entries_by_time ON journal_entries (timestamp, id);
    CREATE INDEX journal_entries_by_author ON journal_entries (author, timestamp, id);
    CREATE TABLE journal_tags (
      tag TEXT NOT NULL, timestamp TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (tag, timestamp, id)
    ) WITHOUT ROWID;`;

  readonly records = this.logs.define(this);
  private readonly insert = this.logs.index.write(
    'INSERT INTO journal_entries (id, timestamp, author, json) VALUES (?, ?, ?, ?)',
  );
  private readonly insertTag = this.logs.index.write(
    'INSERT OR IGNORE INTO journal_tags (tag, timestamp, id) VALUES (?, ?, ?)',
  );
  private readonly emptyTables = ['journal_entries', 'journal_tags'].map((table) =>
    this.logs.index.write(`DELETE FROM ${table}`),
  );

  private readonly lists = {
    all: this.read(`journal_entries e WHERE ${newestInSpan('e')}`),
    author: this.read(`journal_entries e WHERE e.author = ? AND ${newestInSpan('e')}`),
    tag: this.read(`journal_tags t JOIN journal_entries e ON e.id = t.id WHERE t.tag = ? AND ${newestInSpan('t')}`),
    authorAndTag: this.read(
      `journal_tags t JOIN journal_entries e ON e.id = t.id WHERE e.author = ? AND t.tag = ? AND ${newestInSpan('t')}`,
    ),
  };

  constructor(private readonly logs: RecordLogs) {}

  apply({ id, timestamp, author, tags = [] }: JournalEntry, json: string): string {
    this.insert.run(id, timestamp, author === undefined ? null : folded(author), json);
    for (const tag of tags) this.insertTag.run(folded(tag), timestamp, id);
    return json;
  }

  clear(): void {
    for (const statement of this.emptyTables) statement.run();
  }

  largestId({ id }: JournalEntry): string {
    return id;
  }

  /** Appends the entry that `make` gives when its turn comes. */
  append(make: () => JournalEntry): Promise<string> {
    return this.logs.change((batch) => batch.append(this.records, make()));
  }

  /** The newest matches of a span, oldest first. */
  list({ author, tag, ...span }: JournalFilter): Page {
    const { all, authorAndTag } = this.lists;
    const statement = author && tag ? authorAndTag : author ? this.lists.author : tag ? this.lists.tag : all;
    const filters = [author, tag].filter((value) => value !== undefined);
    return readTimeline(statement, filters.map(folded), span);
  }

  private read(from: string): TimelineStatement {
    return this.logs.index.read(`SELECT e.id, e.timestamp, e.json FROM ${from}`);
  }
}

function folded(text: string): string {
  return text.toLowerCase();
}
