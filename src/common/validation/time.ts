const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DURATION = /^(\d{1,6})([mhdw])$/;
/** Dates, and times with or without a zone, as ISO 8601 writes them; without a zone they are UTC. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

export const DURATION_FORM = 'a duration like 30m, 24h, 7d or 4w';
export const INSTANT_FORM = 'an ISO 8601 date or time';

/** A duration such as `30m`, `24h`, `7d` or `4w`, in milliseconds. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  return amount && unit ? Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS] : undefined;
}

/** The latest time that can be written; what is later still compares as this. */
export const END_OF_TIME = '9999-12-31T23:59:59.999Z';

/** A point in time written in ISO 8601, in the form in which timestamps are stored, so that both compare as text. */
export function parseInstant(text: string): string | undefined {
  // In a query a plus sign that was not encoded arrives as a space.
  const iso = text.replace(/ (\d{2}:?\d{2})$/, '+$1');
  const [, day, time, , , zone] = INSTANT.exec(iso) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const date = new Date(time && !zone ? `${iso}Z` : iso);
  if (Number.isNaN(date.getTime())) return undefined;
  return date.getUTCFullYear() > 9999 ? END_OF_TIME : date.toISOString();
}

/** JavaScript takes the 30th of February for the 2nd of March. */
function isDay(day: string): boolean {
  const date = new Date(day);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
