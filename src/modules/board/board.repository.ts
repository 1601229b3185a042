import { Injectable } from '@nestjs/common';
import { decodeCursor, decodeNumberCursor, encodeCursor, TEXT_CEILING } from '../../common/storage/cursor.js';
import type { Statement } from '../../common/storage/sqlite.js';
import { Page, takePage } from '../../common/storage/page.js';
import type { LinePlace } from '../../common/storage/log-file.js';
import type { Attempt } from '../../common/idempotency/attempt.js';
import type { Batch } from '../../common/storage/batch.js';
import { RecordLogs } from '../../common/storage/record-logs.js';
import { BoardProjection } from './board.projection.js';
import { placeAfter } from './ready-queue.js';
import { parseHead, StoredTask, taskJson } from './task-fold.js';
import type { Note, TaskChange, TaskHead, TaskStatus } from './task.entity.js';

interface TaskRow extends StoredTask {
  id: string;
  updated_at: string;
}

/** A task that is about to be changed. */
export interface CurrentTask extends TaskHead {
  blockedBy: string[];
}

/** A task as it goes over the wire. */
export interface TaskText {
  json: string;
  version: number;
}

export interface TaskFilter {
  status?: string;
  assignee?: string;
  tag?: string;
  cursor?: string;
  limit: number;
}

const COLUMNS = 't.id, t.updated_at, t.head, t.blocked_by, t.notes, t.artifacts';
/** How many tasks a search by title looks at, the newest first. */
const SEARCHED_TASKS = 5000;

/** The board's tasks, as the log of their changes has them. */
@Injectable()
export class BoardRepository {
  private readonly projection = new BoardProjection(this.logs.index);
  readonly records = this.logs.define(this.projection);
  readonly graph = this.projection.graph;
  readonly ready = this.projection.ready;

  private readonly heldCount = this.logs.index.write<{ count: number }, [string]>(
    'SELECT count(*) AS count FROM tasks WHERE holder = ?',
  );
  private readonly heldOnVm = this.logs.index.write<{ id: string }, [string]>(
    'SELECT id FROM tasks WHERE holder_vm = ?',
  );
  private readonly byId = this.logs.index.read<TaskRow & { version: number }, [string]>(
    `SELECT ${COLUMNS}, t.version FROM tasks t WHERE id = ?`,
  );
  private readonly inReview = this.logs.index.read<TaskRow, [string, string, number]>(
    `SELECT ${COLUMNS} FROM tasks t WHERE status = 'in_review' AND (updated_at, id) < (?, ?)
     ORDER BY updated_at DESC, id DESC LIMIT ?`,
  );
  private readonly inQueue = this.logs.index.read<
    TaskRow & { priority: number; rank: number },
    [string, number, number, string, number]
  >(
    `SELECT ${COLUMNS}, r.priority, r.rank FROM ready_tasks r CROSS JOIN tasks t ON t.id = r.task
     WHERE r.tag = ? AND (r.priority, r.rank, r.task) > (?, ?, ?) ORDER BY r.priority, r.rank, r.task LIMIT ?`,
  );
  private readonly held = this.logs.index.read<{ id: string; holder: string; head: string }, [string, string, number]>(
    `SELECT id, holder, head FROM tasks WHERE holder IS NOT NULL AND (holder, id) > (?, ?) ORDER BY holder, id LIMIT ?`,
  );
  private readonly dead = this.logs.index.read<TaskRow, [string, number]>(
    `SELECT ${COLUMNS} FROM tasks t WHERE is_dead = 1 AND id < ? ORDER BY id DESC LIMIT ?`,
  );
  private readonly byTitle = this.logs.index.read<{ head: string }, [string, number]>(
    `SELECT head FROM (SELECT head FROM tasks ORDER BY id DESC LIMIT ${SEARCHED_TASKS})
     WHERE instr(lower(json_extract(head || '}', '$.title')), lower(?)) > 0 LIMIT ?`,
  );
  private readonly linesOf = this.logs.index.read<LinePlace, [string, number, number]>(
    'SELECT offset, length FROM task_lines WHERE task = ? AND offset < ? ORDER BY offset DESC LIMIT ?',
  );
  private readonly byStatus = this.logs.index.read<{ status: TaskStatus; count: number }, []>(
    'SELECT status, count FROM task_counts',
  );
  private readonly lists = new Map<
    string,
    Statement<TaskRow, [...filters: string[], beforeId: string, limit: number]>
  >();

  constructor(private readonly logs: RecordLogs) {}

  /** Runs `decide` when its turn comes; see {@link RecordLogs.change}. What it appends is durable together. */
  write<T>(decide: (batch: Batch) => T, answerOf?: (result: T) => unknown): Promise<T> {
    return this.logs.change(decide, answerOf);
  }

  /** Decides for one of several requests that a batch decides for; see {@link LogAnswers.once}. */
  once<T>(batch: Batch, attempt: Attempt | undefined, decide: () => T, answerOf: (result: T) => unknown): T {
    return this.logs.answers.once(batch, attempt, decide, answerOf);
  }

  /** Adds a change to a batch; gives the task as it is then, or, once it is deleted, the change. */
  append(batch: Batch, change: TaskChange): string {
    return batch.append(this.records, change);
  }

  /** A task as it is inside the batch. */
  current(id: string): CurrentTask | undefined {
    const stored = this.projection.find(id);
    return stored && { ...parseHead(stored), blockedBy: JSON.parse(stored.blocked_by || '[]') as string[] };
  }

  /** How many tasks an agent holds, inside the batch. */
  countHeld(agent: string): number {
    return this.heldCount.get(agent)?.count ?? 0;
  }

  /** Every task that is held, by holder. */
  *allHeld(): Iterable<TaskHead> {
    for (const row of this.held.iterate('', '', Number.MAX_SAFE_INTEGER)) yield parseHead(row);
  }

  /** The tasks held on a VM, inside the batch. */
  heldOn(vmId: string): string[] {
    return this.heldOnVm.all(vmId).map(({ id }) => id);
  }

  /** How many tasks have which status; one that no task ever had is absent. */
  counts(): { status: TaskStatus; count: number }[] {
    return this.byStatus.all();
  }

  find(id: string): TaskText | undefined {
    const row = this.byId.get(id);
    return row && { json: taskJson(row), version: row.version };
  }

  /** Those that can be begun, in the order of the queue; with a tag, or all. */
  queue(tag: string | undefined, limit: number, cursor?: string): Page {
    const rows = this.inQueue.iterate(tag ?? '', ...placeAfter(cursor), limit + 1);
    return takePage(rows, limit, taskJson, ({ priority, rank, id }) => encodeCursor(`${priority}`, `${rank}`, id));
  }

  /** Those that are held, by holder; each as what `textOf` makes of it. */
  listHeld(limit: number, textOf: (task: TaskHead) => string, cursor?: string): Page {
    const [holder = '', after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const rows = this.held.iterate(holder, after, limit + 1);
    return takePage(
      rows,
      limit,
      (row) => textOf(parseHead(row)),
      (row) => encodeCursor(row.holder, row.id),
    );
  }

  /** Those that failed too often, newest first. */
  deadLetters(limit: number, cursor?: string): Page {
    const [beforeId = TEXT_CEILING] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    return takePage(this.dead.iterate(beforeId, limit + 1), limit, taskJson, ({ id }) => encodeCursor(id));
  }

  /** Those of the newest tasks whose title has this text in it, newest first. */
  search(text: string, limit: number): TaskHead[] {
    return this.byTitle.all(text, limit).map((row) => JSON.parse(`${row.head}}`) as TaskHead);
  }

  /** Newest first. */
  list(filter: TaskFilter): Page {
    const { status, assignee, tag, cursor, limit } = filter;
    return this.logs.keptPage(this.records.name, ['list', status, assignee, tag, cursor, limit], () =>
      this.readList(filter),
    );
  }

  private readList({ status, assignee, tag, cursor, limit }: TaskFilter): Page {
    const [beforeId = TEXT_CEILING] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const filters = Object.entries({ tag, status, assignee }).filter(([, value]) => value !== undefined);
    const rows = this.listBy(filters.map(([field]) => field)).iterate(
      ...filters.map(([, value]) => value ?? ''),
      beforeId,
      limit + 1,
    );
    return takePage(rows, limit, taskJson, ({ id }) => encodeCursor(id));
  }

  /** Those in review, latest change first. */
  reviewQueue(limit: number, cursor?: string): Page {
    const [beforeTime = TEXT_CEILING, beforeId = ''] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const rows = this.inReview.iterate(beforeTime, beforeId, limit + 1);
    return takePage(rows, limit, taskJson, ({ updated_at, id }) => encodeCursor(updated_at, id));
  }

  /** A task's notes, oldest first; `undefined` when there is no such task. */
  notesOf(id: string): Note[] | undefined {
    const row = this.byId.get(id);
    return row && (JSON.parse(`[${row.notes}]`) as Note[]);
  }

  /** The newest changes of a task as they stand in the log, oldest first; `undefined` when there is no such task. */
  async history(id: string, limit: number, cursor?: string): Promise<Page | undefined> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeNumberCursor(cursor);
    if (!this.byId.get(id)) return undefined;
    const places = this.linesOf.all(id, before, limit + 1);
    const shown = places.slice(0, limit).reverse();
    const items = await this.records.readLines(shown);
    return { items, nextCursor: places.length > limit ? encodeCursor(String(shown[0]?.offset)) : undefined };
  }

  private listBy(fields: string[]): Statement<TaskRow, [...filters: string[], beforeId: string, limit: number]> {
    const key = fields.join();
    let statement = this.lists.get(key);
    if (!statement) this.lists.set(key, (statement = this.logs.index.read(listSql(fields))));
    return statement;
  }
}

/** The query for tasks that match all of these filters; each combination of filters has an index to walk along. */
export function listSql(fields: readonly string[]): string {
  const [from, id] = fields.includes('tag')
    ? ['task_tags g CROSS JOIN tasks t ON t.id = g.task', 'g.task']
    : ['tasks t', 't.id'];
  const conditions = fields.map((field) => (field === 'tag' ? 'g.tag = ?' : `t.${field} = ?`));
  return `SELECT ${COLUMNS} FROM ${from} WHERE ${[...conditions, `${id} < ?`].join(' AND ')} ORDER BY ${id} DESC LIMIT ?`;
}
