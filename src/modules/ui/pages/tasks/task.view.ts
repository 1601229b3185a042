import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { PageQuery } from '../../../../common/validation/time-range.dto.js';
import { BoardService } from '../../../board/board.service.js';
import { ARTIFACT_TYPES, NOTE_TYPES, type Task, TASK_STATUSES, type TaskChange } from '../../../board/task.entity.js';
import { records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';
import { changeLines } from './task-history.js';

const NOTES = 100;
const CHANGES = 50;
const DEPENDENCIES = 50;

/** A cursor of the task's history. */
export class TaskQuery extends PickType(PageQuery, ['cursor'] as const) {}

/** One task with all that is known of it. */
@Injectable()
export class TaskView {
  constructor(private readonly board: BoardService) {}

  page(id: string, query: TaskQuery): UiPage {
    const { title } = this.task(id);
    return {
      template: 'task',
      title: title.slice(0, 80),
      data: { id, query, statuses: TASK_STATUSES, noteTypes: NOTE_TYPES, artifactTypes: ARTIFACT_TYPES },
      parts: {
        task: { live: [`board:${id}`], load: () => this.details(id) },
        history: { live: [`board:${id}`], load: () => this.history(id, query) },
      },
    };
  }

  private task(id: string): Task {
    return JSON.parse(this.board.get(id).json) as Task;
  }

  private details(id: string): object {
    const task = this.task(id);
    return {
      task,
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
  private async history(id: string, query: TaskQuery): Promise<object> {
    const { items, nextCursor } = records<TaskChange>(await this.board.history(id, { ...query, limit: CHANGES }));
    const changes = items
      .reverse()
      .map(({ id: change, at, by, ...made }) => ({ id: change, at, by, lines: changeLines(made) }));
    return { changes, nextCursor };
  }
}
