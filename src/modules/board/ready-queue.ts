import type { IndexDatabase } from '../../common/storage/index-database.js';
import { decodeCursor, invalidCursor } from '../../common/storage/cursor.js';
import type { TaskHead } from './task.entity.js';

/** Where a task stands in the queue; smaller comes first. */
interface Place {
  priority: number;
  /** The negated score, so that all three grow in the same direction. */
  rank: number;
  task: string;
}

/** Under this tag, which no task can have, stand all ready tasks. */
const EVERY_TAG = '';
const FIRST = [-1, -Number.MAX_SAFE_INTEGER, ''] as const;

/**
 * The tasks that can be begun: open, held by nobody, waiting for nothing. Kept in the index as the board changes, in the
 * order of priority, then score, then age, once for all and once for each tag.
 */
export class ReadyQueue {
  static readonly TABLES = `
    CREATE TABLE ready_tasks (
      tag TEXT NOT NULL, priority INTEGER NOT NULL, rank INTEGER NOT NULL, task TEXT NOT NULL,
      PRIMARY KEY (tag, priority, rank, task)
    ) WITHOUT ROWID;
    CREATE INDEX ready_tasks_by_task ON ready_tasks (task);`;

  private readonly insert = this.index.write('INSERT OR IGNORE INTO ready_tasks VALUES (?, ?, ?, ?)');
  private readonly remove = this.index.write('DELETE FROM ready_tasks WHERE task = ?');
  private readonly empty = this.index.write('DELETE FROM ready_tasks');
  private readonly head = this.index.write<Place, [string]>(
    'SELECT priority, rank, task FROM ready_tasks WHERE tag = ? ORDER BY priority, rank, task LIMIT 1',
  );

  /** Grows whenever somebody who waits for a task may get one. */
  news = 0;

  constructor(private readonly index: IndexDatabase) {}

  /** Follows a change of one task. */
  update(before: TaskHead | undefined, wasBlocked: boolean, after: TaskHead | undefined, isBlocked: boolean): void {
    const [from, to] = [placesOf(before, wasBlocked), placesOf(after, isBlocked)];
    // Whoever held it may take another one.
    if (before?.lease && !after?.lease) this.news += 1;
    if (from === to || (before ?? after) === undefined) return;
    if (from !== undefined) this.remove.run((before ?? after)?.id ?? '');
    if (to === undefined || after === undefined) return;
    for (const tag of new Set([EVERY_TAG, ...after.tags])) this.insert.run(tag, after.priority, -after.score, after.id);
    this.news += 1;
  }

  /** The id of the first ready task that has one of these tags; of all, when no tags are given. */
  first(tags: readonly string[] = []): string | undefined {
    const heads = (tags.length > 0 ? tags : [EVERY_TAG])
      .map((tag) => this.head.get(tag))
      .filter((place) => place !== undefined);
    return heads.sort(inOrder)[0]?.task;
  }

  clear(): void {
    this.empty.run();
  }
}

/** The place behind which a page goes on, as the parameters of a comparison. */
export function placeAfter(cursor: string | undefined): readonly [priority: number, rank: number, task: string] {
  if (cursor === undefined) return FIRST;
  const [priority = '', rank = '', task = ''] = decodeCursor(cursor, 3);
  if (![priority, rank].every((text) => Number.isSafeInteger(Number(text)))) throw invalidCursor();
  return [Number(priority), Number(rank), task];
}

/** Tells places apart; `undefined` for a task that is not ready. */
function placesOf(task: TaskHead | undefined, isBlocked: boolean): string | undefined {
  if (task?.status !== 'open' || isBlocked) return undefined;
  return JSON.stringify([task.priority, task.score, task.tags]);
}

function inOrder(a: Place, b: Place): number {
  return a.priority - b.priority || a.rank - b.rank || (a.task < b.task ? -1 : 1);
}
