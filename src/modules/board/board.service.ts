import { Injectable } from '@nestjs/common';
import { map, Observable } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { defined } from '../../common/defined.js';
import { invalidInput } from '../../common/errors/domain-error.js';
import { hasRole, lacksRole } from '../../common/http/caller.js';
import { decodeNumberCursor, encodeCursor } from '../../common/storage/cursor.js';
import type { Batch } from '../../common/storage/batch.js';
import type { Page } from '../../common/storage/page.js';
import { inSlices } from '../../common/storage/slices.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import type { PageQuery } from '../../common/validation/time-range.dto.js';
import type {
  AddArtifacts,
  AddNote,
  ApproveTask,
  ArtifactInput,
  CreateTask,
  ListTasks,
  RejectTask,
  SubmitForReview,
  UpdateTask,
} from './board.dto.js';
import { taskAnswer } from './board.answers.js';
import { BoardRepository, CurrentTask, TaskText } from './board.repository.js';
import { checkConditions, Conditions, UNCONDITIONAL } from './conditions.js';
import { LeaseClock } from './lease-clock.js';
import type { Move } from './lease-rules.js';
import {
  type Artifact,
  type Note,
  type TaskChange,
  type TaskHead,
  TASK_STATUSES,
  type TaskStatus,
} from './task.entity.js';
import { TaskWriter, unknownTask } from './task-writer.js';

const SOMEBODY = 'unknown';
const DEFAULT_PRIORITY = 2;
const DEFAULT_MAX_ATTEMPTS = 3;

/** The board: the swarm's tasks. Each change is decided when its turn comes, so changes never overwrite each other. */
@Injectable()
export class BoardService {
  /** The id of each task that was changed, once the change is durable. */
  readonly changes$: Observable<string>;

  constructor(
    private readonly repository: BoardRepository,
    private readonly writer: TaskWriter,
    private readonly leases: LeaseClock,
    private readonly clock: Clock,
  ) {
    this.changes$ = repository.records.committed$.pipe(map(({ record }) => record.task));
  }

  create(task: CreateTask): Promise<TaskText> {
    const { title, createdBy, description, status = 'open', assignee, tags = [], dependencies = [] } = task;
    const { priority = DEFAULT_PRIORITY, maxAttempts = DEFAULT_MAX_ATTEMPTS } = task;
    const create = (batch: Batch): TaskText =>
      this.writer.create(batch, (id, at) => {
        const fields = { id, title, description: description || undefined, status, assignee, tags, dependencies };
        const counts = { score: 0, priority, attempts: 0, maxAttempts };
        return { by: createdBy, set: { ...fields, ...counts, createdBy, createdAt: at, updatedAt: at } };
      });
    return this.writer.write(create, taskAnswer);
  }

  get(id: string): TaskText {
    return this.find(id) ?? unknownTask();
  }

  find(id: string): TaskText | undefined {
    return this.repository.find(id);
  }

  list({ status, assignee, tag, cursor, limit = PAGE_MAX_ITEMS }: ListTasks): Page {
    return this.repository.list({ status, assignee, tag, cursor, limit });
  }

  /** The same, in slices where it is long. */
  listInSlices({ limit = PAGE_MAX_ITEMS, ...query }: ListTasks): Promise<Page> {
    return inSlices({ ...query, limit }, 'newest first', (slice) => this.list(slice));
  }

  /** Those of the newest 5,000 tasks whose title has this text in it, newest first; ASCII letters in either case. */
  search(text: string, limit: number): TaskHead[] {
    return this.repository.search(text, limit);
  }

  /** How many tasks have which status. */
  counts(): Record<TaskStatus, number> {
    const counts = Object.fromEntries(TASK_STATUSES.map((status) => [status, 0])) as Record<TaskStatus, number>;
    for (const { status, count } of this.repository.counts()) counts[status] = count;
    return counts;
  }

  reviewQueue({ cursor, limit = PAGE_MAX_ITEMS }: PageQuery): Page {
    return this.repository.reviewQueue(limit, cursor);
  }

  async history(id: string, { cursor, limit = PAGE_MAX_ITEMS }: PageQuery): Promise<Page> {
    return (await this.repository.history(id, limit, cursor)) ?? unknownTask();
  }

  /** The newest notes, oldest first. */
  notes(id: string, { cursor, limit = PAGE_MAX_ITEMS }: PageQuery): Page {
    const notes = this.repository.notesOf(id) ?? unknownTask();
    // Notes are only ever added, so how many stand before the page is a place that stays.
    const end = cursor === undefined ? notes.length : decodeNumberCursor(cursor);
    const start = Math.max(0, end - limit);
    const items = notes.slice(start, end).map((note) => JSON.stringify(note));
    return { items, nextCursor: start > 0 ? encodeCursor(String(start)) : undefined };
  }

  update(id: string, changes: UpdateTask, conditions: Conditions): Promise<TaskText> {
    const { title, description, status, assignee, tags, dependencies, priority, maxAttempts } = changes;
    const given = { title, status, tags, dependencies, priority, maxAttempts };
    const set = defined({ ...given, description: description || undefined, assignee: assignee ?? undefined });
    const unset: TaskChange['unset'] = [];
    if (description === '') unset.push('description');
    if (assignee === null) unset.push('assignee');
    return this.change(id, conditions, () => {
      this.refuseCircle(id, dependencies);
      return { by: conditions.caller.name, set, unset };
    });
  }

  async remove(id: string, conditions: Conditions): Promise<{ deleted: true }> {
    const { caller } = conditions;
    await this.change(id, conditions, () => {
      const isFree = hasRole(caller, 'admin') || !this.repository.graph.isWaitedFor(id);
      if (!isFree) throw lacksRole(caller, 'admin', 'deleting a task that others wait for');
      return { by: caller.name, deleted: true };
    });
    return { deleted: true };
  }

  /** Notes stay free, whoever holds the task. */
  async addNote(id: string, { author, content, type }: AddNote): Promise<Note> {
    const make = (): Move => ({ by: author, notes: [{ author, content, type }] });
    const changed = await this.change(id, UNCONDITIONAL, make, ({ notes }) => notes[0]);
    const [note] = changed.notes as [Note];
    return note;
  }

  addArtifacts(id: string, { artifacts }: AddArtifacts, conditions: Conditions): Promise<TaskText> {
    return this.change(id, conditions, () => ({
      by: artifacts[0]?.addedBy,
      artifacts: this.artifacts(artifacts),
    }));
  }

  submitForReview(id: string, submission: SubmitForReview, conditions: Conditions): Promise<TaskText> {
    const { summary, reviewedBy = SOMEBODY, artifacts = [] } = submission;
    return this.change(id, conditions, () => ({
      ...moved('in_review', reviewedBy, summary),
      artifacts: this.artifacts(artifacts, reviewedBy),
    }));
  }

  approve(id: string, { approvedBy = SOMEBODY, comment }: ApproveTask, conditions: Conditions): Promise<TaskText> {
    const why = `Approved by ${approvedBy}${comment ? `: ${comment}` : ''}`;
    return this.change(id, conditions, () => moved('done', approvedBy, why));
  }

  reject(id: string, { reason, rejectedBy = SOMEBODY }: RejectTask, conditions: Conditions): Promise<TaskText> {
    const why = `Rejected by ${rejectedBy}: ${reason}`;
    return this.change(id, conditions, () => moved('open', rejectedBy, why));
  }

  bump(id: string): Promise<TaskText> {
    return this.change(id, UNCONDITIONAL, ({ score }) => ({ set: { score: score + 1 } }));
  }

  private change(
    id: string,
    conditions: Conditions,
    make: (task: CurrentTask) => Move,
    answerOf: (changed: TaskText & { notes: Note[] }) => unknown = taskAnswer,
  ): Promise<TaskText & { notes: Note[] }> {
    return this.writer.write((batch) => {
      const task = this.writer.current(id);
      const move = make(task);
      checkConditions(task, move, conditions, () => this.leases.secondsLeft(task));
      return this.writer.make(batch, task, move);
    }, answerOf);
  }

  private refuseCircle(id: string, dependencies: readonly string[] = []): void {
    const circle = this.repository.graph.circle(id, dependencies);
    if (!circle) return;
    const message = `dependencies must not form a circle: ${circle.join(' → ')}`;
    throw invalidInput([{ field: 'dependencies', message }]);
  }

  private artifacts(inputs: ArtifactInput[], defaultAddedBy?: string): Artifact[] {
    const addedAt = this.clock.timestamp();
    return inputs.map(({ type, url, label, addedBy = defaultAddedBy }) => ({ type, url, label, addedAt, addedBy }));
  }
}

/** A change of status, with the reason in a note. */
function moved(status: TaskStatus, by: string, why: string): Move {
  return { by, set: { status }, notes: [{ author: by, content: why, type: 'update' }] };
}
