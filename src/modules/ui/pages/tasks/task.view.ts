import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { PageQuery } from '../../../../common/validation/time-range.dto.js';
import { BoardService } from '../../../board/board.service.js';
import { ARTIFACT_TYPES, NOTE_TYPES, type Task, TASK_STATUSES, type TaskChange } from '../../../board/task.entity.js';
import { records } from '../../frame/records.js';
import type { UiPage, UiPart } from '../../frame/ui-page.js';
import { changeLines } from './task-history.js';

const NOTES = 100;
const CHANGES = 50;
const DEPENDENCIES = 50;

/** A cursor of the task's history. */
export class TaskQuery extends PickType(PageQuery, ['cursor'] as const) {}

type TaskParts = Record<'task' | 'history', UiPart>;

/** One task with all that is known of it. */
@Injectable()
export class TaskView {
  constructor(private readonly board: BoardService) {}

  page(id: string, query: TaskQuery): UiPage {
    const { title } = this.get(id);
    return { template: 'task', title: title.slice(0, 80), data: { query }, parts: this.parts(id, query) };
  }

  /** The parts for a page on which the task stands beside something else; empty without an id. */
  partsInPlace(id = ''): TaskParts {
    const { task, history } = this.parts(id);
    const isKnown = (): boolean => this.board.find(id) !== undefined;
    return {
      task: {
        ...task,
        template: 'task/in-place',
        load: () => (id === '' ? undefined : isKnown() ? { inPlace: true, ...this.details(id) } : {}),
      },
      history: {
        ...history,
        template: 'task/history',
        load: async () => (isKnown() ? { inPlace: true, ...(await this.history(id)) } : undefined),
      },
    };
  }

  private parts(id: string, query: TaskQuery = {}): TaskParts {
    const live = [`board:${id}`];
    return {
      task: { live, load: () => this.details(id) },
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
      statuses: TASK_STATUSES,
      noteTypes: NOTE_TYPES,
      artifactTypes: ARTIFACT_TYPES,
      notes: task.notes.slice(-NOTES),
      olderNotes: Math.max(0, task.notes.length - NOTES),
      dependencies: task.dependencies.slice(0, DEPENDENCIES).map((dependency) => this.dependency(dependency)),
      moreDependencies: Math.max(0, task.dependencies.length - DEPENDENCIES),
    };
  }

  private dependency(id: string): { id: string; task?: Task } {
    const known = this.board.find(id);
    return { id, task: known && (JSON.parse(known.json) as Task) };
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
