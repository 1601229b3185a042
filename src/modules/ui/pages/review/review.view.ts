import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { PageQuery } from '../../../../common/validation/time-range.dto.js';
import { BoardService } from '../../../board/board.service.js';
import type { Task } from '../../../board/task.entity.js';
import type { ExportedList } from '../../exports/exports.js';
import { records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';
import { TASK_COLUMNS } from '../tasks/tasks.view.js';

const PAGE_ITEMS = 25;

export class ReviewQuery extends PickType(PageQuery, ['cursor'] as const) {}

/** What waits for a verdict. */
@Injectable()
export class ReviewView {
  constructor(private readonly board: BoardService) {}

  page(query: ReviewQuery): UiPage {
    return {
      template: 'review',
      title: 'Review',
      data: { query },
      parts: { queue: { live: ['board'], load: () => this.queue(query) } },
    };
  }

  export(): ExportedList {
    return { name: 'review', columns: TASK_COLUMNS, page: (at) => this.board.reviewQueue(at) };
  }

  private queue(query: ReviewQuery): object {
    const { items, nextCursor } = records<Task>(this.board.reviewQueue({ ...query, limit: PAGE_ITEMS }));
    // What was handed in is the newest update.
    const tasks = items.map((task) => ({ ...task, summary: task.notes.findLast(({ type }) => type === 'update') }));
    return { tasks, nextCursor, count: this.board.counts().in_review };
  }
}
