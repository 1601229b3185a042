const STEPS: [limitSeconds: number, secondsPerUnit: number, unit: string][] = [
  [60, 1, 's'],
  [3600, 60, 'm'],
  [86_400, 3600, 'h'],
  [Infinity, 86_400, 'd'],
];
const NOW_SECONDS = 5;

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const COMPACT_DOLLARS = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  notation: 'compact',
  minimumFractionDigits: 0,
  maximumSignificantDigits: 3,
});
const DOLLARS = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** How long ago something was, as `12s`, `4m`, `3h` or `2d`; `ui/scripts/times.js` goes on with it in the browser. */
export function ago(time: number, now: number): string {
  const seconds = Math.round((now - time) / 1000);
  return seconds < NOW_SECONDS ? 'now' : inOneUnit(seconds);
}

/** How much time there is until something, as `12m left`; `ui/scripts/times.js` goes on with it. */
export function left(time: number, now: number): string {
  return time <= now ? 'overdue' : `${inOneUnit(Math.round((time - now) / 1000))} left`;
}

function inOneUnit(seconds: number): string {
  const [, perUnit, unit] = STEPS.find(([limit]) => seconds < limit) ?? [0, 1, 's'];
  return `${Math.floor(seconds / perUnit)}${unit}`;
}

/** The exact time, for people. */
export function exact(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC`;
}

/** `12,345` */
export function whole(value: number): string {
  return WHOLE.format(value);
}

/** `12.3K` */
export function compact(value: number): string {
  return COMPACT.format(value);
}

/** `$1,234.50` */
export function dollars(value: number): string {
  return DOLLARS.format(value);
}

/** `$1.23K`, `$0.0125` */
export function compactDollars(value: number): string {
  return COMPACT_DOLLARS.format(value);
}

/** A span of time as its two largest units, such as `2h 5m`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  const [large, small, largeUnit, smallUnit] =
    seconds < 3600 ? [60, 1, 'm', 's'] : seconds < 86_400 ? [3600, 60, 'h', 'm'] : [86_400, 3600, 'd', 'h'];
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)}${largeUnit}${rest > 0 ? ` ${rest}${smallUnit}` : ''}`;
}
