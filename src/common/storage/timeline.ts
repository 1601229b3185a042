import type { TimeRange } from '../validation/time-range.dto.js';
import { decodeCursor, encodeCursor, TEXT_CEILING } from './cursor.js';
import type { Statement } from './sqlite.js';
import { oldestFirst, Page, takePage } from './page.js';

export interface TimelineRow {
  id: string;
  timestamp: string;
  json: string;
}

export interface TimelineSpan extends TimeRange {
  cursor?: string;
  limit: number;
}

type TimelineParameters = [...filters: string[], from: string, to: string, beforeId: string, limit: number];
export type TimelineStatement = Statement<TimelineRow, TimelineParameters>;

/** The end of a query over a table that has an index on its filters, `timestamp` and `id`. */
export function newestInSpan(table: string): string {
  return `${table}.timestamp >= ? AND (${table}.timestamp, ${table}.id) < (?, ?)
    ORDER BY ${table}.timestamp DESC, ${table}.id DESC LIMIT ?`;
}

/** The newest entries of a span, newest first, by a statement that ends in {@link newestInSpan}. */
export function newestFirst(statement: TimelineStatement, filters: string[], span: TimelineSpan): Page {
  const { from, to, cursor, limit } = span;
  const [end = to, beforeId = TEXT_CEILING] = cursor === undefined ? [] : decodeCursor(cursor, 2);
  const rows = statement.iterate(...filters, from, end, beforeId, limit + 1);
  return takePage(
    rows,
    limit,
    ({ json }) => json,
    ({ timestamp, id }) => encodeCursor(timestamp, id),
  );
}

/** The same, to be shown oldest first. */
export function readTimeline(statement: TimelineStatement, filters: string[], span: TimelineSpan): Page {
  return oldestFirst(newestFirst(statement, filters, span));
}
