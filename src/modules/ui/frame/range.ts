import type { Clock } from '../../../common/clock.js';
import { timeRange, type TimeRangeQuery } from '../../../common/validation/time-range.dto.js';
import { parseInstant } from '../../../common/validation/time.js';

type Span = Pick<TimeRangeQuery, 'since' | 'until' | 'last'>;

/** The last of them reaches back beyond all that there can be. */
const QUICK = [
  { last: '1h', name: '1 hour' },
  { last: '24h', name: '24 hours' },
  { last: '7d', name: '7 days' },
  { last: '30d', name: '30 days' },
  { last: '5200w', name: 'All' },
];
const DEFAULT_LAST = '24h';

/** The span of time that a list shows, for `parts/ranges.eta` and `parts/range-fields.eta`. */
export interface ShownRange {
  quick: { last: string; name: string; isCurrent: boolean }[];
  /** For fields of a form; empty where nothing is set. */
  since: string;
  until: string;
  /** Where all there is can be seen. */
  all: Span & { cursor?: undefined };
}

export function shownRange({ since, until, last }: Span): ShownRange {
  const current = since || until ? undefined : (last ?? DEFAULT_LAST);
  return {
    quick: QUICK.map((range) => ({ ...range, isCurrent: range.last === current })),
    since: instantField(since),
    until: instantField(until),
    all: { last: QUICK.at(-1)?.last, since: undefined, until: undefined, cursor: undefined },
  };
}

/** The same span with both ends held still, for what is read a page at a time. */
export function fixedRange(query: Span, clock: Clock): Span {
  const { from, to } = timeRange(query, clock);
  return { since: from || undefined, until: to, last: undefined };
}

/** As `<input type="datetime-local">` has it, no more exact than needed. */
export function instantField(instant: string | undefined): string {
  return (parseInstant(instant ?? '') ?? '').replace(/(:00)?(\.000)?Z$/, '');
}
