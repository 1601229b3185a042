import { Injectable } from '@nestjs/common';
import { Observable } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { notFound } from '../../common/errors/domain-error.js';
import { type Caller, checkOwn } from '../../common/http/caller.js';
import { IdSource } from '../../common/storage/id-source.js';
import type { Page } from '../../common/storage/page.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import { END_OF_TIME } from '../../common/validation/time.js';
import type { ReportHead } from './report.entity.js';
import { RenderingsService } from './renderings.service.js';
import type { ListReports, WriteReport } from './reports.dto.js';
import { ReportsRepository } from './reports.repository.js';

/** What agents found out, as Markdown. */
@Injectable()
export class ReportsService {
  /** The id of each report that came or went, once that is durable. */
  readonly changes$: Observable<string>;

  constructor(
    private readonly repository: ReportsRepository,
    private readonly renderings: RenderingsService,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {
    this.changes$ = repository.changes$;
  }

  async create({ title, author, content, tags = [] }: WriteReport): Promise<string> {
    const rendering = await this.renderings.render({ title, content });
    const report = await this.repository.create(() => {
      const now = this.clock.timestamp();
      return { id: this.ids.next(), title, author, tags, createdAt: now, updatedAt: now, content };
    }, rendering);
    if (!rendering) this.renderings.catchUp();
    return report;
  }

  get(id: string): string {
    return this.repository.find(id) ?? unknownReport();
  }

  /** What a page shows of a report: its sanitised HTML, or its Markdown where it could not be rendered. */
  shown(id: string): { report: ReportHead; html: string | null; content: string | null } {
    const { head, html, content } = this.repository.findShown(id) ?? unknownReport();
    return { report: JSON.parse(head) as ReportHead, html, content };
  }

  list({ limit = PAGE_MAX_ITEMS, ...filter }: ListReports): Page {
    return this.repository.list({ ...filter, from: '', to: END_OF_TIME, limit });
  }

  async remove(id: string, caller: Caller): Promise<{ deleted: true }> {
    await this.repository.remove(id, (known = unknownReport()) => checkOwn(caller, known.author, 'deleting a report'));
    return { deleted: true };
  }
}

export function unknownReport(): never {
  throw notFound('report not found');
}
