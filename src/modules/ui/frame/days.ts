/** What happened on one day, newest first. */
export interface Day<T> {
  /** `2026-01-31`, in UTC as all times. */
  date: string;
  /** `Today`, `Yesterday`, or the day of the week. */
  name: string;
  fullDate: string;
  entries: T[];
}

const DAY_MS = 86_400_000;
const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'UTC' });
const FULL_DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** Entries by day; they come newest first and stay so. */
export function byDay<T extends { timestamp: string }>(entries: readonly T[], now: number): Day<T>[] {
  const days = Map.groupBy(entries, ({ timestamp }) => timestamp.slice(0, 10));
  return [...days].map(([date, found]) => {
    const day = new Date(date);
    return { date, name: nameOf(day, now), fullDate: FULL_DATE.format(day), entries: found };
  });
}

function nameOf(day: Date, now: number): string {
  const daysAgo = Math.floor((now - day.getTime()) / DAY_MS);
  return ['Today', 'Yesterday'][daysAgo] ?? WEEKDAY.format(day);
}
