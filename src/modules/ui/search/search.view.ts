import { Injectable } from '@nestjs/common';
import { QueryText } from '../../../common/validation/fields.js';
import { BoardService } from '../../board/board.service.js';
import { FeedService } from '../../feed/feed.service.js';
import type { ReportHead } from '../../reports/report.entity.js';
import { ReportsService } from '../../reports/reports.service.js';
import { records } from '../frame/records.js';
import { STATUS_NAMES } from '../kit/ui-kit.js';

const FOUND_MAX = 8;
/** The newest ones. */
const SEARCHED_REPORTS = 500;

export class SearchQuery {
  /** Any part of a title or a name. */
  @QueryText()
  q?: string;
}

/** Something that one can go to. */
export interface Found {
  kind: string;
  title: string;
  path: string;
}

/** What the palette finds beside pages: tasks, agents and reports by a part of their title or name. */
@Injectable()
export class SearchView {
  constructor(
    private readonly board: BoardService,
    private readonly feed: FeedService,
    private readonly reports: ReportsService,
  ) {}

  find({ q = '' }: SearchQuery): Found[] {
    return q === '' ? [] : [...this.tasks(q), ...this.agents(q), ...this.titled(q)];
  }

  private tasks(text: string): Found[] {
    return this.board.search(text, FOUND_MAX).map(({ id, title, status }) => ({
      kind: `Task · ${STATUS_NAMES[status]}`,
      title,
      path: `/ui/tasks/${encodeURIComponent(id)}`,
    }));
  }

  private agents(text: string): Found[] {
    return this.feed.searchAgents(text, FOUND_MAX).map((agent) => ({
      kind: 'Agent',
      title: agent,
      path: `/ui/feed?agent=${encodeURIComponent(agent)}`,
    }));
  }

  private titled(text: string): Found[] {
    const { items } = records<ReportHead>(this.reports.list({ limit: SEARCHED_REPORTS }));
    const found = items.filter(({ title }) => title.toLowerCase().includes(text.toLowerCase()));
    return found.slice(0, FOUND_MAX).map(({ id, title, author }) => ({
      kind: `Report · ${author}`,
      title,
      path: `/ui/report/${encodeURIComponent(id)}`,
    }));
  }
}
