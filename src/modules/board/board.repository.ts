import { Injectable } from '@nestjs/common';
import { decodeCursor, decodeNumberCursor, encodeCursor, TEXT_CEILING } from '../../common/storage/cursor.js';
import type { Statement } from '../../common/storage/sqlite.js';
import { Page, takePage } from '../../common/storage/page.js';
import type { Projection } from '../../common/storage/projection.js';
import type { LinePlace } from '../../common/storage/log-file.js';
import { RecordLogs } from '../../common/storage/record-logs.js';
import { applyChange, parseHead, StoredTask, taskJson } from './task-fold.js';
import type { Artifact, Note, TaskChange, TaskHead, TaskStatus } from './task.entity.js';

interface TaskRow extends StoredTask {
  id: string;
  updated_at: string;
}

export interface TaskFilter {
  status?: string;
  assignee?: string;
  tag?: string;
  cursor?: string;
  limit: number;
}

const COLUMNS = 't.id, t.updated_at, t.head, t.notes, t.artifacts';
/** How many tasks a search by title looks at, the newest first. */
const SEARCHED_TASKS = 5000;

/** `board.jsonl`: a change of a task a line. The index knows each task's lines. */
@Injectable()
export class BoardRepository implements Projection<TaskChange> {
  readonly log = 'board';
  readonly tables = `
    CREATE TABLE tasks (
      id TEXT PRIMARY KEY, status TEXT NOT NULL, assignee TEXT, updated_at TEXT NOT NULL,
      head TEXT NOT NULL, notes TEXT NOT NULL, artifacts TEXT NOT NULL
    );
    CREATE INDEX tasks_by_status ON tasks (status, id);
    CREATE INDEX tasks_by_assignee ON tasks (assignee, id);
    CREATE INDEX tasks_by_assignee_and_status ON tasks (assignee, status, id);
    CREATE INDEX tasks_in_review ON tasks (updated_at, id) WHERE status = 'in_review';
    CREATE TABLE task_counts (status TEXT PRIMARY KEY, count INTEGER NOT NULL);
    CREATE TRIGGER task_came AFTER INSERT ON tasks BEGIN
      INSERT INTO task_counts VALUES (new.status, 1) ON CONFLICT (status) DO UPDATE SET count = count + 1;
    END;
    CREATE TRIGGER task_went AFTER DELETE ON tasks BEGIN
      UPDATE task_counts SET count = count - 1 WHERE status = old.status;
    END;
    CREATE TRIGGER task_moved AFTER UPDATE ON tasks WHEN old.status <> new.status BEGIN
      UPDATE task_counts SET count = count - 1 WHERE status = old.status;
      INSERT INTO task_counts VALUES (new.status, 1) ON CONFLICT (status) DO UPDATE SET count = count + 1;
    END;
    CREATE TABLE task_tags (tag TEXT NOT NULL, task TEXT NOT NULL, PRIMARY KEY (tag, task)) WITHOUT ROWID;
    CREATE INDEX task_tags_by_task ON task_tags (task);
    CREATE TABLE task_lines (
      task TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (task, offset)
    ) WITHOUT ROWID;`;

  readonly records = this.logs.define(this);

  private readonly byIdForChange = this.logs.index.write<StoredTask, [string]>(
    'SELECT head, notes, artifacts FROM tasks WHERE id = ?',
  );
  private readonly upsert = this.logs.index.write(
    `INSERT INTO tasks (id, status, assignee, updated_at, head, notes, artifacts) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, assignee = excluded.assignee,
       updated_at = excluded.updated_at, head = excluded.head, notes = excluded.notes, artifacts = excluded.artifacts`,
  );
  private readonly insertTag = this.logs.index.write('INSERT OR IGNORE INTO task_tags (tag, task) VALUES (?, ?)');
  private readonly deleteTags = this.logs.index.write('DELETE FROM task_tags WHERE task = ?');
  private readonly insertLine = this.logs.index.write('INSERT INTO task_lines (task, offset, length) VALUES (?, ?, ?)');
  private readonly deleteTask = [this.logs.index.write('DELETE FROM tasks WHERE id = ?'), this.deleteTags];
  private readonly deleteLines = this.logs.index.write('DELETE FROM task_lines WHERE task = ?');
  private readonly emptyTables = ['tasks', 'task_tags', 'task_lines'].map((table) =>
    this.logs.index.write(`DELETE FROM ${table}`),
  );
  private readonly everything = this.logs.index.write<TaskRow, []>(`SELECT ${COLUMNS} FROM tasks t ORDER BY id`);

  private readonly byId = this.logs.index.read<TaskRow, [string]>(`SELECT ${COLUMNS} FROM tasks t WHERE id = ?`);
  private readonly inReview = this.logs.index.read<TaskRow, [string, string, number]>(
    `SELECT ${COLUMNS} FROM tasks t WHERE status = 'in_review' AND (updated_at, id) < (?, ?)
     ORDER BY updated_at DESC, id DESC LIMIT ?`,
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

  apply(change: TaskChange, json: string): string {
    if (change.deleted) {
      for (const statement of this.deleteTask) statement.run(change.task);
      return json;
    }
    const before = this.byIdForChange.get(change.task);
    // After a repair that cut out a task's first line, what followed has nothing to apply to.
    if (!before && !change.set?.createdAt) return json;
    const { head, stored } = applyChange(before, change);
    const { notes, artifacts } = stored;
    this.upsert.run(head.id, head.status, head.assignee ?? null, head.updatedAt, stored.head, notes, artifacts);
    if (change.set?.tags) {
      this.deleteTags.run(head.id);
      for (const tag of head.tags) this.insertTag.run(tag, head.id);
    }
    return taskJson(stored);
  }

  locate({ task, deleted }: TaskChange, offset: number, length: number): void {
    if (deleted) this.deleteLines.run(task);
    else this.insertLine.run(task, offset, length);
  }

  clear(): void {
    for (const statement of this.emptyTables) statement.run();
  }

  largestId({ id }: TaskChange): string {
    return id;
  }

  /** Each task as one line that creates it as it is. */
  *snapshot(): Iterable<TaskChange> {
    for (const row of this.everything.iterate()) {
      const set = parseHead(row);
      const notes = JSON.parse(`[${row.notes}]`) as Note[];
      const artifacts = JSON.parse(`[${row.artifacts}]`) as Artifact[];
      yield { id: row.id, task: row.id, at: row.updated_at, by: set.createdBy, set, notes, artifacts };
    }
  }

  /** Appends the change that `make` gives when its turn comes; it creates the task. */
  create(make: () => TaskChange): Promise<string> {
    return this.logs.change((batch) => batch.append(this.records, make()));
  }

  /** Decides on a task when its turn comes: `decide` gets what is known of it, and throws or gives the change. */
  change(id: string, decide: (known: TaskHead | undefined) => TaskChange): Promise<string> {
    return this.logs.change((batch) => {
      const task = this.byIdForChange.get(id);
      return batch.append(this.records, decide(task && parseHead(task)));
    });
  }

  /** How many tasks have which status; one that no task ever had is absent. */
  counts(): { status: TaskStatus; count: number }[] {
    return this.byStatus.all();
  }

  find(id: string): string | undefined {
    const row = this.byId.get(id);
    return row && taskJson(row);
  }

  /** Those of the newest tasks whose title has this text in it, newest first. */
  search(text: string, limit: number): TaskHead[] {
    return this.byTitle.all(text, limit).map((row) => JSON.parse(`${row.head}}`) as TaskHead);
  }

  /** Newest first. */
  list({ status, assignee, tag, cursor, limit }: TaskFilter): Page {
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
