import { Injectable } from '@nestjs/common';
import { TEXT_CEILING } from '../../common/storage/cursor.js';
import { RecordLogs } from '../../common/storage/record-logs.js';
import type { Statement } from '../../common/storage/sqlite.js';
import { listSql } from './board.repository.js';
import { parseHead } from './task-fold.js';
import type { TaskHead } from './task.entity.js';

/** A task without the texts that were added to it, only how many there are. */
export interface Card extends TaskHead {
  /** Those of its dependencies that are not done. */
  blockedBy: string[];
  noteCount: number;
  artifactCount: number;
}

export type CardFilter = Partial<Record<'tag' | 'status' | 'assignee', string>>;

interface CardRow {
  head: string;
  blocked_by: string;
  noteCount: number;
  artifactCount: number;
}

const COLUMNS = `head, blocked_by, json_array_length('[' || notes || ']') AS noteCount,
  json_array_length('[' || artifacts || ']') AS artifactCount`;

/** Reads tasks for where many are seen at once: their notes, of which there may be megabytes, stay where they are. */
@Injectable()
export class CardsRepository {
  private readonly byId = this.logs.index.read<CardRow, [string]>(`SELECT ${COLUMNS} FROM tasks WHERE id = ?`);
  private readonly waiting = this.logs.index.read<{ task: string }, [string, number]>(
    `SELECT task FROM task_dependencies d JOIN tasks t ON t.id = d.task
     WHERE d.dependency = ? AND t.status <> 'done' ORDER BY task LIMIT ?`,
  );
  private readonly deadCount = this.logs.index.read<{ count: number }, []>(
    'SELECT count(*) AS count FROM tasks WHERE is_dead = 1',
  );
  private readonly lists = new Map<
    string,
    Statement<CardRow, [...filters: string[], beforeId: string, limit: number]>
  >();

  constructor(private readonly logs: RecordLogs) {}

  find(id: string): Card | undefined {
    const row = this.byId.get(id);
    return row && card(row);
  }

  /** The newest that match, newest first. */
  list(filter: CardFilter, limit: number): Card[] {
    const filters = (['tag', 'status', 'assignee'] as const).filter((field) => filter[field] !== undefined);
    const values = filters.map((field) => filter[field] ?? '');
    return this.listBy(filters)
      .all(...values, TEXT_CEILING, limit)
      .map(card);
  }

  /** Ids of tasks that are not done and have this one among their dependencies, oldest first. */
  waitingFor(id: string, limit: number): string[] {
    return this.waiting.all(id, limit).map(({ task }) => task);
  }

  countDead(): number {
    return this.deadCount.get()?.count ?? 0;
  }

  private listBy(fields: string[]): Statement<CardRow, [...filters: string[], beforeId: string, limit: number]> {
    const key = fields.join();
    let statement = this.lists.get(key);
    if (!statement) {
      statement = this.logs.index.read(`SELECT ${COLUMNS} FROM (${listSql(fields)})`);
      this.lists.set(key, statement);
    }
    return statement;
  }
}

function card(row: CardRow): Card {
  const { noteCount, artifactCount, blocked_by } = row;
  return { ...parseHead(row), blockedBy: JSON.parse(blocked_by || '[]') as string[], noteCount, artifactCount };
}
