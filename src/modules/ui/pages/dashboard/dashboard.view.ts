import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { QueryText } from '../../../../common/validation/fields.js';
import { ListTasks } from '../../../board/board.dto.js';
import { BoardService } from '../../../board/board.service.js';
import { CardsService, type TaskCard } from '../../../board/cards.service.js';
import { TASK_STATUSES, type TaskStatus } from '../../../board/task.entity.js';
import type { UiPage } from '../../frame/ui-page.js';
import { TaskView } from '../tasks/task.view.js';
import { NumbersView } from './numbers.view.js';
import { RailView } from './rail.view.js';

const COLUMN_TASKS = 10;

export class DashboardQuery extends PickType(ListTasks, ['assignee', 'tag'] as const) {
  /** Id of the task that is open beside the board. */
  @QueryText()
  task?: string;
}

/** The tasks of one status. */
interface Column {
  status: TaskStatus;
  cards: TaskCard[];
  hasMore: boolean;
  /** How many there are; not known when they are filtered. */
  count?: number;
}

/** The fleet at a glance. */
@Injectable()
export class DashboardView {
  constructor(
    private readonly board: BoardService,
    private readonly cards: CardsService,
    private readonly rail: RailView,
    private readonly numbers: NumbersView,
    private readonly task: TaskView,
  ) {}

  page(query: DashboardQuery): UiPage {
    return {
      template: 'dashboard',
      title: 'Dashboard',
      data: { query, statuses: TASK_STATUSES },
      parts: {
        numbers: { live: ['board', 'registry', 'heartbeats', 'feed'], load: () => this.numbers.load() },
        board: { live: ['board'], load: () => ({ columns: this.columns(query) }) },
        feed: { load: () => this.rail.events() },
        agents: { live: ['registry', 'heartbeats'], load: () => this.rail.agents() },
        reports: { live: ['reports'], load: () => this.rail.newestReports() },
        ...this.task.partsInPlace(query.task),
      },
    };
  }

  private columns({ assignee, tag }: DashboardQuery): Column[] {
    const counts = this.board.counts();
    const isFiltered = assignee !== undefined || tag !== undefined;
    return TASK_STATUSES.map((status) => {
      const count = isFiltered ? undefined : counts[status];
      return { status, count, ...this.cards.list({ assignee, tag, status }, COLUMN_TASKS) };
    });
  }
}
