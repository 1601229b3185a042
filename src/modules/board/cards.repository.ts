import { Injectable } from '@nestjs/common';
import { TEXT_CEILING } from '../../common/storage/cursor.js';
import { RecordLogs } from '../../common/storage/record-logs.js';
import type { Statement } from '../../common/storage/sqlite.js';
import { listSql } from './board.repository.js';
import type { TaskHead } from './task.entity.js';

/** A task without the texts that were added to it, only how many there are. */
export interface TaskCard extends TaskHead {
  noteCount: number;
  artifactCount: number;
}

export type CardFilter = Partial<Record<'tag' | 'status' | 'assignee', string>>;

interface CardRow {
  head: string;
  noteCount: number;
  artifactCount: number;
}

/** Reads tasks for where many are seen at once: their notes, of which there may be megabytes, stay where they are. */
@Injectable()
export class CardsRepository {
  private readonly lists = new Map<
    string,
    Statement<CardRow, [...filters: string[], beforeId: string, limit: number]>
  >();

  constructor(private readonly logs: RecordLogs) {}

  /** The newest that match, newest first. */
  list(filter: CardFilter, limit: number): TaskCard[] {
    const filters = (['tag', 'status', 'assignee'] as const).filter((field) => filter[field] !== undefined);
    const rows = this.listBy(filters).all(...filters.map((field) => filter[field] ?? ''), TEXT_CEILING, limit);
    return rows.map(({ head, ...counts }) => ({ ...(JSON.parse(`${head}}`) as TaskHead), ...counts }));
  }

  private listBy(fields: string[]): Statement<CardRow, [...filters: string[], beforeId: string, limit: number]> {
    const key = fields.join();
    let statement = this.lists.get(key);
    if (!statement) this.lists.set(key, (statement = this.logs.index.read(cardsSql(fields))));
    return statement;
  }
}

function cardsSql(fields: readonly string[]): string {
  return `SELECT head, json_array_length('[' || notes || ']') AS noteCount,
    json_array_length('[' || artifacts || ']') AS artifactCount FROM (${listSql(fields)})`;
}
