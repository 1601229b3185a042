import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { PageQuery } from '../../../../common/validation/time-range.dto.js';
import { BoardService } from '../../../board/board.service.js';
import { CardsService, type TaskCard } from '../../../board/cards.service.js';
import { ARTIFACT_TYPES, NOTE_TYPES, type Task, TASK_STATUSES, type TaskChange } from '../../../board/task.entity.js';
import { records } from '../../frame/records.js';
import type { UiPage, UiPart } from '../../frame/ui-page.js';
import { graphPicture } from './graph-layout.js';
import { taskGraph } from './task-graph.js';
import { changeLines } from './task-history.js';

const NOTES = 100;
const CHANGES = 50;
const DEPENDENCIES = 50;

/** A cursor of the task's history. */
export class TaskQuery extends PickType(PageQuery, ['cursor'] as const) {}

type TaskParts = Record<'task' | 'graph' | 'history', UiPart>;

/** One task with all that is known of it. */
@Injectable()
export class TaskView {
  constructor(
    private readonly board: BoardService,
    private readonly cards: CardsService,
  ) {}

  page(id: string, query: TaskQuery): UiPage {
    const { title } = this.get(id);
    return { template: 'task', title: title.slice(0, 80), data: { query }, parts: this.parts(id, query) };
  }

  /** The parts for a page on which the task stands beside something else; empty without an id. */
  partsInPlace(id = ''): TaskParts {
    const { task, graph, history } = this.parts(id);
    const isKnown = (): boolean => this.board.find(id) !== undefined;
    return {
      task: {
        ...task,
        template: 'task/in-place',
        load: () => (id === '' ? undefined : isKnown() ? { inPlace: true, ...this.details(id) } : {}),
      },
      graph: { ...graph, template: 'task/graph' },
      history: {
        ...history,
        template: 'task/history',
        load: async () => (isKnown() ? { inPlace: true, ...(await this.history(id)) } : undefined),
      },
    };
  }

  private parts(id: string, query: TaskQuery = {}): TaskParts {
    const live = [`board:${id}`];
    const { dependencies = [] } = this.cards.find(id) ?? {};
    const alsoShown = dependencies.slice(0, DEPENDENCIES).map((dependency) => `board:${dependency}`);
    return {
      task: { live: [...live, ...alsoShown], load: () => this.details(id) },
      graph: { live: ['board'], load: () => this.graph(id) },
      history: { live, load: () => this.history(id, query) },
    };
  }

  private get(id: string): Task {
    return JSON.parse(this.board.get(id).json) as Task;
  }

  private details(id: string): object {
    const task = this.get(id);
    return {
      task,
      isStuck: this.cards.find(id)?.isStuck,
      statuses: TASK_STATUSES,
      noteTypes: NOTE_TYPES,
      artifactTypes: ARTIFACT_TYPES,
      notes: task.notes.slice(-NOTES),
      olderNotes: Math.max(0, task.notes.length - NOTES),
      dependencies: task.dependencies.slice(0, DEPENDENCIES).map((dependency) => this.dependency(dependency)),
      moreDependencies: Math.max(0, task.dependencies.length - DEPENDENCIES),
    };
  }

  private dependency(id: string): { id: string; task?: TaskCard } {
    return { id, task: this.cards.find(id) };
  }

  /** Nothing for a task that waits for none, and none waits for. */
  private graph(id: string): object | undefined {
    const card = this.cards.find(id);
    const graph = card && taskGraph(card, this.cards);
    return graph && graph.edges.length > 0 ? { about: id, ...graph, picture: graphPicture(graph) } : undefined;
  }

  /** Newest first. */
  private async history(id: string, query: TaskQuery = {}): Promise<object> {
    const { items, nextCursor } = records<TaskChange>(await this.board.history(id, { ...query, limit: CHANGES }));
    const changes = items
      .reverse()
      .map(({ id: change, at, by, ...made }) => ({ id: change, at, by, lines: changeLines(made) }));
    return { changes, nextCursor, whole: `/ui/tasks/${encodeURIComponent(id)}` };
  }
}
