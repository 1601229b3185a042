import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { ListTasks } from '../../../board/board.dto.js';
import { BoardService } from '../../../board/board.service.js';
import { type Task, TASK_STATUSES } from '../../../board/task.entity.js';
import type { ExportedList } from '../../exports/exports.js';
import { records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';

const PAGE_ITEMS = 50;
export const TASK_COLUMNS = [
  'id',
  'title',
  'status',
  'assignee',
  'score',
  'tags',
  'dependencies',
  'createdBy',
  'createdAt',
  'updatedAt',
  'description',
  'notes',
  'artifacts',
] satisfies (keyof Task)[];

export class TasksQuery extends PickType(ListTasks, ['status', 'assignee', 'tag', 'cursor'] as const) {}

/** All tasks, a page at a time. */
@Injectable()
export class TasksView {
  constructor(private readonly board: BoardService) {}

  page(query: TasksQuery): UiPage {
    return {
      template: 'tasks',
      title: 'Tasks',
      data: { query, statuses: TASK_STATUSES },
      parts: {
        list: { live: ['board'], load: () => records<Task>(this.board.list({ ...query, limit: PAGE_ITEMS })) },
      },
    };
  }

  export(query: TasksQuery): ExportedList {
    return { name: 'tasks', columns: TASK_COLUMNS, page: (at) => this.board.list({ ...query, ...at }) };
  }
}
