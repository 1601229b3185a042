import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { notFound } from '../../common/errors/domain-error.js';
import type { Batch } from '../../common/storage/batch.js';
import { IdSource } from '../../common/storage/id-source.js';
import { Announcer } from './announcer.js';
import { BoardRepository, CurrentTask, TaskText } from './board.repository.js';
import { Move, withConsequences } from './lease-rules.js';
import type { Note, TaskChange } from './task.entity.js';

/** Makes changes of tasks, each decided when its turn comes, with all that follows from them in the same batch. */
@Injectable()
export class TaskWriter {
  constructor(
    private readonly repository: BoardRepository,
    private readonly announcer: Announcer,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `decide` when its turn comes; it throws, or makes changes by the other methods.
   * @param answerOf what the client is answered, where one waits for that
   */
  write<T>(decide: (batch: Batch) => T, answerOf?: (result: T) => unknown): Promise<T> {
    return this.repository.write(decide, answerOf);
  }

  /** A task as it is when it is decided upon. */
  current(id: string): CurrentTask {
    return this.repository.current(id) ?? unknownTask();
  }

  /** Adds a new task. */
  create(batch: Batch, make: (id: string, at: string) => Omit<TaskChange, 'id' | 'task' | 'at'>): TaskText {
    const id = this.ids.next();
    const at = this.clock.timestamp();
    return { json: this.repository.append(batch, { id, task: id, at, ...make(id, at) }), version: 1 };
  }

  /** Makes a move; gives the task as it is then, and the notes that were added. */
  make(batch: Batch, task: CurrentTask, move: Move): TaskText & { notes: Note[] } {
    const { notes: drafts = [], unset = [], ...change } = withConsequences(task, move);
    const at = this.clock.timestamp();
    const notes = drafts.map((note) => ({ id: this.ids.next(), ...note, createdAt: at }));
    const parts = { unset: unset.length > 0 ? unset : undefined, notes: notes.length > 0 ? notes : undefined };
    // Drawn last, so that it is the largest of the ids in the change.
    const json = this.repository.append(batch, { id: this.ids.next(), task: task.id, at, ...change, ...parts });
    this.announcer.announce(batch, task, { ...change, unset });
    this.announceUnblocked(batch, task, change);
    return { json, version: task.version + (move.action === 'renew' ? 0 : 1), notes };
  }

  private announceUnblocked(batch: Batch, task: CurrentTask, { set = {} }: Partial<TaskChange>): void {
    if (set.dependencies && task.blockedBy.length > 0) this.announceIfReady(batch, task.id);
    if (set.status !== 'done' || task.status === 'done') return;
    for (const id of this.repository.graph.dependents(task.id)) this.announceIfReady(batch, id, task.id);
  }

  private announceIfReady(batch: Batch, id: string, by?: string): void {
    const task = this.repository.current(id);
    if (task?.status === 'open' && task.blockedBy.length === 0) this.announcer.announceUnblocked(batch, task, by);
  }
}

export function unknownTask(): never {
  throw notFound('task not found');
}
