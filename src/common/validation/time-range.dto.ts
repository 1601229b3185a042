import type { Clock } from '../clock.js';
import { Limit, Parsed, QueryText } from './fields.js';
import { DURATION_FORM, END_OF_TIME, INSTANT_FORM, parseDuration, parseInstant } from './time.js';

const DEFAULT_SPAN_MS = 86_400_000;

/** How much of a list is wanted, and from where. */
export class PageQuery {
  /** How many items to give at most. */
  @Limit()
  limit?: number;

  /** `nextCursor` (or `X-Next-Cursor`) of the answer before. */
  @QueryText()
  cursor?: string;
}

/** A span of time; with neither `since` nor `last` it is the last 24 hours. */
export class TimeRangeQuery extends PageQuery {
  /**
   * Earliest time, inclusive; beats `last`.
   * @example 2026-01-31T12:00:00Z
   */
  @Parsed(parseInstant, INSTANT_FORM)
  since?: string;

  /**
   * Latest time, inclusive.
   * @example 2026-02-01T12:00:00Z
   */
  @Parsed(parseInstant, INSTANT_FORM)
  until?: string;

  /**
   * How far back to go from now.
   * @example 24h
   */
  @Parsed(parseDuration, DURATION_FORM)
  last?: string;
}

/** Both ends of a span, inclusive, comparable with timestamps as text. */
export interface TimeRange {
  from: string;
  to: string;
  /** Whether it begins so long before now, and so is another each time it is asked for. */
  isMoving?: boolean;
}

/** `until` alone has no beginning: then only the end was asked for. */
export function timeRange(query: Pick<TimeRangeQuery, 'since' | 'until' | 'last'>, clock: Clock): TimeRange {
  const to = parseInstant(query.until ?? '') ?? END_OF_TIME;
  if (query.since) return { from: parseInstant(query.since) ?? '', to };
  if (query.until && !query.last) return { from: '', to };
  const span = parseDuration(query.last ?? '') ?? DEFAULT_SPAN_MS;
  return { from: new Date(clock.now() - span).toISOString(), to, isMoving: true };
}
