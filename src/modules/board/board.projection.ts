import type { IndexDatabase } from '../../common/storage/index-database.js';
import type { Projection } from '../../common/storage/projection.js';
import { ReadyQueue } from './ready-queue.js';
import { headAfter, parseHead, StoredTask, taskJson, withItems } from './task-fold.js';
import { TaskGraph } from './task-graph.js';
import type { Artifact, Note, TaskChange, TaskHead } from './task.entity.js';

/** `board.jsonl`: a change of a task a line. The index knows each task's lines. */
export class BoardProjection implements Projection<TaskChange> {
  readonly log = 'board';
  readonly tables = `
    CREATE TABLE tasks (
      id TEXT PRIMARY KEY, status TEXT NOT NULL, assignee TEXT, updated_at TEXT NOT NULL,
      holder TEXT, holder_vm TEXT, is_dead INTEGER NOT NULL, version INTEGER NOT NULL,
      head TEXT NOT NULL, blocked_by TEXT NOT NULL, notes TEXT NOT NULL, artifacts TEXT NOT NULL
    );
    CREATE INDEX tasks_by_status ON tasks (status, id);
    CREATE INDEX tasks_by_assignee ON tasks (assignee, id);
    CREATE INDEX tasks_by_assignee_and_status ON tasks (assignee, status, id);
    CREATE INDEX tasks_in_review ON tasks (updated_at, id) WHERE status = 'in_review';
    CREATE INDEX tasks_held ON tasks (holder, id) WHERE holder IS NOT NULL;
    CREATE INDEX tasks_held_by_vm ON tasks (holder_vm) WHERE holder_vm IS NOT NULL;
    CREATE INDEX tasks_dead ON tasks (id) WHERE is_dead = 1;
    CREATE TABLE task_counts (status TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
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
    ) WITHOUT ROWID;
    ${TaskGraph.TABLES}
    ${ReadyQueue.TABLES}`;

  readonly graph = new TaskGraph(this.index);
  readonly ready = new ReadyQueue(this.index);

  private readonly byIdForChange = this.index.write<StoredTask, [string]>(
    'SELECT head, blocked_by, notes, artifacts FROM tasks WHERE id = ?',
  );
  private readonly upsert = this.index.write(
    `INSERT INTO tasks (id, status, assignee, updated_at, holder, holder_vm, is_dead, version, head, blocked_by, notes, artifacts)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, assignee = excluded.assignee,
       updated_at = excluded.updated_at, holder = excluded.holder, holder_vm = excluded.holder_vm,
       is_dead = excluded.is_dead, version = excluded.version, head = excluded.head,
       blocked_by = excluded.blocked_by, notes = excluded.notes, artifacts = excluded.artifacts`,
  );
  private readonly setBlockedBy = this.index.write('UPDATE tasks SET blocked_by = ? WHERE id = ?');
  private readonly insertTag = this.index.write('INSERT OR IGNORE INTO task_tags (tag, task) VALUES (?, ?)');
  private readonly deleteTags = this.index.write('DELETE FROM task_tags WHERE task = ?');
  private readonly insertLine = this.index.write('INSERT INTO task_lines (task, offset, length) VALUES (?, ?, ?)');
  private readonly deleteTask = [this.index.write('DELETE FROM tasks WHERE id = ?'), this.deleteTags];
  private readonly deleteLines = this.index.write('DELETE FROM task_lines WHERE task = ?');
  private readonly emptyTables = ['tasks', 'task_tags', 'task_lines'].map((table) =>
    this.index.write(`DELETE FROM ${table}`),
  );
  private readonly everything = this.index.write<StoredTask & { id: string; updated_at: string }, []>(
    'SELECT id, updated_at, head, notes, artifacts FROM tasks ORDER BY id',
  );

  constructor(private readonly index: IndexDatabase) {}

  /** A task as it is inside the batch. */
  find(id: string): StoredTask | undefined {
    return this.byIdForChange.get(id);
  }

  apply(change: TaskChange, json: string): string {
    const stored = this.byIdForChange.get(change.task);
    const before = stored && parseHead(stored);
    const wasBlocked = stored !== undefined && stored.blocked_by !== '';
    if (change.deleted) {
      for (const statement of this.deleteTask) statement.run(change.task);
      this.graph.remove(change.task, change.done ?? before?.status === 'done');
      this.ready.update(before, wasBlocked, undefined, false);
      return json;
    }
    // After a repair that cut out a task's first line, what followed has nothing to apply to.
    if (!before && !change.set?.createdAt) return json;
    const head = headAfter(before, change);
    if (change.set?.dependencies) this.graph.setDependencies(head.id, head.dependencies);
    const after = {
      head: JSON.stringify(head).slice(0, -1),
      blocked_by: change.set?.dependencies ? listText(this.graph.blockedBy(head.id)) : (stored?.blocked_by ?? ''),
      notes: withItems(stored?.notes, change.notes),
      artifacts: withItems(stored?.artifacts, change.artifacts),
    };
    this.store(head, after);
    if (change.set?.tags) {
      this.deleteTags.run(head.id);
      for (const tag of head.tags) this.insertTag.run(tag, head.id);
    }
    this.ready.update(before, wasBlocked, head, after.blocked_by !== '');
    const isDone = head.status === 'done';
    if ((before?.status === 'done') !== isDone) this.updateDependents(head.id, isDone);
    return taskJson(after);
  }

  locate({ task, deleted, action, notes }: TaskChange, offset: number, length: number): void {
    if (deleted) this.deleteLines.run(task);
    // A renewal that says nothing is no part of the task's history.
    else if (action !== 'renew' || notes) this.insertLine.run(task, offset, length);
  }

  clear(): void {
    for (const statement of this.emptyTables) statement.run();
    this.graph.clear();
    this.ready.clear();
  }

  largestId({ id }: TaskChange): string {
    return id;
  }

  /** Each task as one line that creates it as it is; before them, what was done and is gone. */
  *snapshot(): Iterable<TaskChange> {
    for (const id of this.graph.finished()) yield { id, task: id, at: '', deleted: true, done: true };
    for (const row of this.everything.iterate()) {
      const set = parseHead(row);
      const notes = JSON.parse(`[${row.notes}]`) as Note[];
      const artifacts = JSON.parse(`[${row.artifacts}]`) as Artifact[];
      yield { id: row.id, task: row.id, at: row.updated_at, by: set.createdBy, set, notes, artifacts };
    }
  }

  private store(head: TaskHead, { head: text, blocked_by, notes, artifacts }: StoredTask): void {
    const { id, status, assignee = null, updatedAt, lease, deadLetter, version } = head;
    const held = [lease?.agent ?? null, lease?.vmId ?? null];
    const parameters = [id, status, assignee, updatedAt, ...held, deadLetter ? 1 : 0, version];
    this.upsert.run(...parameters, text, blocked_by, notes, artifacts);
  }

  /** Tells those that have this task among their dependencies that it is done, or not done any more. */
  private updateDependents(task: string, isDone: boolean): void {
    for (const dependent of this.graph.dependents(task)) {
      const stored = this.byIdForChange.get(dependent);
      if (!stored) continue;
      const others = (JSON.parse(stored.blocked_by || '[]') as string[]).filter((id) => id !== task);
      const blockedBy = listText(isDone ? others : [...others, task].sort());
      this.setBlockedBy.run(blockedBy, dependent);
      const head = parseHead(stored);
      this.ready.update(head, stored.blocked_by !== '', head, blockedBy !== '');
    }
  }
}

/** The JSON of a list of ids; empty for an empty one. */
function listText(ids: string[]): string {
  return ids.length === 0 ? '' : JSON.stringify(ids);
}
