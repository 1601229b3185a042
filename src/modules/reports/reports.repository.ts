import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import type { Page } from '../../common/storage/page.js';
import { ServicesDatabase } from '../../common/storage/services-database.js';
import {
  newestFirst,
  newestInSpan,
  TimelineRow,
  TimelineSpan,
  TimelineStatement,
} from '../../common/storage/timeline.js';
import type { Report } from './report.entity.js';
import { RENDERER_VERSION, type Rendering, type Shown } from './rendering.js';
import { RenderingsRepository } from './renderings.repository.js';
import { CreateReports1790000400000 } from './reports.migration.js';

export interface ReportFilter extends TimelineSpan {
  author?: string;
  tag?: string;
}

/** Reports in `services.sqlite`; what hangs on one goes with it. */
@Injectable()
export class ReportsRepository implements OnModuleDestroy {
  private readonly changes = new Subject<string>();

  private readonly insert = this.database.write(
    'INSERT INTO reports (id, timestamp, author, head, content) VALUES (?, ?, ?, ?, ?)',
  );
  private readonly insertTag = this.database.write('INSERT OR IGNORE INTO report_tags VALUES (?, ?, ?)');
  private readonly authorOf = this.database.write<{ author: string }, [string]>(
    'SELECT author FROM reports WHERE id = ?',
  );
  private readonly delete = this.database.write('DELETE FROM reports WHERE id = ?');

  private readonly any = this.database.write<{ id: string }, []>('SELECT id FROM reports LIMIT 1');

  private readonly byId = this.database.read<{ head: string; content: string }, [string]>(
    'SELECT head, content FROM reports WHERE id = ?',
  );
  private readonly shownById = this.database.read<Shown, [string]>(
    `SELECT r.head, p.html, CASE WHEN p.html IS NULL THEN r.content END AS content
     FROM reports r LEFT JOIN report_renderings p ON p.report_id = r.id AND p.renderer = ${RENDERER_VERSION}
     WHERE r.id = ?`,
  );
  private readonly lists = {
    all: this.listOf('reports r', 'r'),
    author: this.listOf('reports r', 'r', 'r.author = ?'),
    tag: this.listOf(TAGGED, 't', 't.tag = ?'),
    tagAndAuthor: this.listOf(TAGGED, 't', 't.tag = ?', 'r.author = ?'),
  };

  constructor(
    private readonly database: ServicesDatabase,
    private readonly renderings: RenderingsRepository,
  ) {
    database.define(CreateReports1790000400000);
  }

  onModuleDestroy(): void {
    this.changes.complete();
  }

  /** The id of each report that came or went, once that is durable. */
  get changes$(): Observable<string> {
    return this.changes.asObservable();
  }

  /** Stores the report that `make` gives when its turn comes, with what it looks like if that is known already. */
  create(make: () => Report, rendering: Rendering | undefined): Promise<string> {
    return this.database.change((announce) => {
      const report = make();
      this.put(report);
      if (rendering) this.renderings.put(report.id, rendering);
      announce(() => this.changes.next(report.id));
      return wire(headOf(report), report.content);
    });
  }

  /** Stores a report within a change; what it looks like is found out later. */
  put(report: Report): void {
    const { id, createdAt, author, tags, content } = report;
    this.insert.run(id, createdAt, author, headOf(report), content);
    for (const tag of tags) this.insertTag.run(tag, createdAt, id);
  }

  /** Takes a report away, unless `check` throws on seeing what is known of it. */
  remove(id: string, check: (known: { author: string } | undefined) => void): Promise<void> {
    return this.database.change((announce) => {
      check(this.authorOf.get(id));
      this.delete.run(id);
      announce(() => this.changes.next(id));
    });
  }

  get isEmpty(): boolean {
    return this.any.get() === undefined;
  }

  find(id: string): string | undefined {
    const row = this.byId.get(id);
    return row && wire(row.head, row.content);
  }

  /** What a page shows of a report. */
  findShown(id: string): Shown | undefined {
    return this.shownById.get(id);
  }

  /** Newest first, without content. */
  list({ author, tag, ...span }: ReportFilter): Page {
    const { all, tagAndAuthor } = this.lists;
    const statement = tag && author ? tagAndAuthor : tag ? this.lists.tag : author ? this.lists.author : all;
    return newestFirst(
      statement,
      [tag, author].filter((value) => value !== undefined),
      span,
    );
  }

  private listOf(from: string, table: string, ...conditions: string[]): TimelineStatement {
    return this.database.read<TimelineRow>(
      `SELECT r.id, r.timestamp, r.head AS json FROM ${from} WHERE ${[...conditions, newestInSpan(table)].join(' AND ')}`,
    );
  }
}

const TAGGED = 'report_tags t CROSS JOIN reports r ON r.id = t.id';

function headOf(report: Report): string {
  return JSON.stringify({ ...report, content: undefined });
}

function wire(head: string, content: string): string {
  return `${head.slice(0, -1)},"content":${JSON.stringify(content)}}`;
}
