import { Injectable } from '@nestjs/common';
import { map, Observable } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { defined } from '../../common/defined.js';
import { notFound } from '../../common/errors/domain-error.js';
import { decodeNumberCursor, encodeCursor } from '../../common/storage/cursor.js';
import { IdSource } from '../../common/storage/id-source.js';
import type { Page } from '../../common/storage/page.js';
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
import { BoardRepository } from './board.repository.js';
import {
  type Artifact,
  type Note,
  type NoteType,
  type TaskChange,
  type TaskHead,
  TASK_STATUSES,
  type TaskStatus,
} from './task.entity.js';

const SOMEBODY = 'unknown';

/** What a change is made of, apart from which task it concerns and when it was accepted. */
type Change = Omit<TaskChange, 'id' | 'task' | 'at'>;

/** The board: the swarm's tasks. Each change is decided when its turn comes, so changes never overwrite each other. */
@Injectable()
export class BoardService {
  /** The id of each task that was changed, once the change is durable. */
  readonly changes$: Observable<string>;

  constructor(
    private readonly repository: BoardRepository,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {
    this.changes$ = repository.records.committed$.pipe(map(({ record }) => record.task));
  }

  create({
    title,
    createdBy,
    description,
    status = 'open',
    assignee,
    tags = [],
    dependencies = [],
  }: CreateTask): Promise<string> {
    return this.repository.create(() => {
      const id = this.ids.next();
      const at = this.clock.timestamp();
      const fields = { id, title, description: description || undefined, status, assignee, tags, dependencies };
      return { id, task: id, at, by: createdBy, set: { ...fields, createdBy, createdAt: at, updatedAt: at, score: 0 } };
    });
  }

  get(id: string): string {
    return this.find(id) ?? unknown();
  }

  find(id: string): string | undefined {
    return this.repository.find(id);
  }

  list({ status, assignee, tag, cursor, limit = PAGE_MAX_ITEMS }: ListTasks): Page {
    return this.repository.list({ status, assignee, tag, cursor, limit });
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
    return (await this.repository.history(id, limit, cursor)) ?? unknown();
  }

  /** The newest notes, oldest first. */
  notes(id: string, { cursor, limit = PAGE_MAX_ITEMS }: PageQuery): Page {
    const notes = this.repository.notesOf(id) ?? unknown();
    // Notes are only ever added, so how many stand before the page is a place that stays.
    const end = cursor === undefined ? notes.length : decodeNumberCursor(cursor);
    const start = Math.max(0, end - limit);
    const items = notes.slice(start, end).map((note) => JSON.stringify(note));
    return { items, nextCursor: start > 0 ? encodeCursor(String(start)) : undefined };
  }

  update(id: string, { title, description, status, assignee, tags, dependencies }: UpdateTask): Promise<string> {
    return this.change(id, () => {
      const set = defined({
        title,
        description: description || undefined,
        status,
        assignee: assignee ?? undefined,
        tags,
        dependencies,
      });
      const unset: TaskChange['unset'] = [];
      if (description === '') unset.push('description');
      if (assignee === null) unset.push('assignee');
      return { set, unset: unset.length > 0 ? unset : undefined };
    });
  }

  async remove(id: string): Promise<{ deleted: true }> {
    await this.change(id, () => ({ deleted: true }));
    return { deleted: true };
  }

  async addNote(id: string, { author, content, type }: AddNote): Promise<Note> {
    let note!: Note;
    await this.change(id, () => {
      note = this.note(author, content, type);
      return { by: author, notes: [note] };
    });
    return note;
  }

  addArtifacts(id: string, { artifacts }: AddArtifacts): Promise<string> {
    return this.change(id, () => ({ by: artifacts[0]?.addedBy, artifacts: this.artifacts(artifacts) }));
  }

  submitForReview(id: string, { summary, reviewedBy = SOMEBODY, artifacts = [] }: SubmitForReview): Promise<string> {
    return this.move(id, 'in_review', reviewedBy, summary, () => ({
      artifacts: this.artifacts(artifacts, reviewedBy),
    }));
  }

  approve(id: string, { approvedBy = SOMEBODY, comment }: ApproveTask): Promise<string> {
    return this.move(id, 'done', approvedBy, `Approved by ${approvedBy}${comment ? `: ${comment}` : ''}`);
  }

  reject(id: string, { reason, rejectedBy = SOMEBODY }: RejectTask): Promise<string> {
    return this.move(id, 'open', rejectedBy, `Rejected by ${rejectedBy}: ${reason}`);
  }

  bump(id: string): Promise<string> {
    return this.change(id, ({ score }) => ({ set: { score: score + 1 } }));
  }

  /** Changes the status and says why in a note. */
  private move(
    id: string,
    status: TaskStatus,
    by: string,
    why: string,
    more: () => Change = () => ({}),
  ): Promise<string> {
    return this.change(id, () => ({ by, set: { status }, notes: [this.note(by, why, 'update')], ...more() }));
  }

  /** The change's id is drawn last, so that it is the largest of the ids in it. */
  private change(id: string, make: (task: TaskHead) => Change): Promise<string> {
    return this.repository.change(id, (known) => {
      const change = make(known ?? unknown());
      return { id: this.ids.next(), task: id, at: this.clock.timestamp(), ...change };
    });
  }

  private note(author: string, content: string, type: NoteType): Note {
    return { id: this.ids.next(), author, content, type, createdAt: this.clock.timestamp() };
  }

  private artifacts(inputs: ArtifactInput[], defaultAddedBy?: string): Artifact[] {
    const addedAt = this.clock.timestamp();
    return inputs.map(({ type, url, label, addedBy = defaultAddedBy }) => ({ type, url, label, addedAt, addedBy }));
  }
}

function unknown(): never {
  throw notFound('task not found');
}
