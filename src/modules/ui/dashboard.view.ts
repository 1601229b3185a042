import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { ListTasks } from '../board/board.dto.js';
import { BoardService } from '../board/board.service.js';
import { type Task, TASK_STATUSES } from '../board/task.entity.js';
import type { FeedEvent } from '../feed/event.entity.js';
import { FeedService } from '../feed/feed.service.js';
import { RegistryService } from '../registry/registry.service.js';
import type { Vm } from '../registry/vm.entity.js';
import { NumbersView } from './numbers.view.js';
import { records } from './records.js';
import type { UiPage } from './ui-page.js';

const COLUMN_TASKS = 25;
const FEED_EVENTS = 50;
const VMS = 50;

export class DashboardQuery extends PickType(ListTasks, ['assignee', 'tag'] as const) {}

/** The fleet at a glance. */
@Injectable()
export class DashboardView {
  constructor(
    private readonly board: BoardService,
    private readonly feed: FeedService,
    private readonly registry: RegistryService,
    private readonly numbers: NumbersView,
  ) {}

  page(query: DashboardQuery): UiPage {
    return {
      template: 'dashboard',
      title: 'Dashboard',
      data: { query, statuses: TASK_STATUSES },
      parts: {
        numbers: { live: ['board', 'registry', 'heartbeats', 'feed'], load: () => this.numbers.load() },
        board: { live: ['board'], load: () => this.columns(query) },
        feed: { load: () => ({ events: records<FeedEvent>(this.feed.list({ limit: FEED_EVENTS })).items.reverse() }) },
        agents: {
          live: ['registry', 'heartbeats'],
          load: () => this.agents(),
        },
      },
    };
  }

  private agents(): object {
    const vms = records<Vm>(this.registry.list({ limit: VMS })).items;
    return { counts: this.registry.counts(), vms: vms.map((vm) => ({ ...vm, state: this.registry.stateOf(vm) })) };
  }

  private columns(query: DashboardQuery): object {
    const counts = this.board.counts();
    const isFiltered = query.assignee !== undefined || query.tag !== undefined;
    const columns = TASK_STATUSES.map((status) => {
      const { items, nextCursor } = records<Task>(this.board.list({ ...query, status, limit: COLUMN_TASKS }));
      return {
        status,
        tasks: items,
        hasMore: nextCursor !== undefined,
        count: isFiltered ? undefined : counts[status],
      };
    });
    return { columns };
  }
}
