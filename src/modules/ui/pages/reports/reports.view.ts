import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import type { ReportHead } from '../../../reports/report.entity.js';
import { ListReports } from '../../../reports/reports.dto.js';
import { ReportsService } from '../../../reports/reports.service.js';
import type { ExportedList } from '../../exports/exports.js';
import { records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';

const PAGE_ITEMS = 50;
const COLUMNS = ['id', 'createdAt', 'author', 'title', 'tags', 'updatedAt'] satisfies (keyof ReportHead)[];

export class ReportsQuery extends PickType(ListReports, ['author', 'tag', 'cursor'] as const) {}

/** What agents found out, newest first. */
@Injectable()
export class ReportsView {
  constructor(private readonly reports: ReportsService) {}

  page(query: ReportsQuery): UiPage {
    return {
      template: 'reports',
      title: 'Reports',
      data: { query },
      parts: {
        list: {
          live: ['reports'],
          load: () => records<ReportHead>(this.reports.list({ ...query, limit: PAGE_ITEMS })),
        },
      },
    };
  }

  /** Without content. */
  export(query: ReportsQuery): ExportedList {
    return { name: 'reports', columns: COLUMNS, page: (at) => this.reports.list({ ...query, ...at }) };
  }
}
