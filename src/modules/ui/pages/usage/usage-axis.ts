import { BUCKET_MS, type Bucket } from '../../../usage/usage-summary.entity.js';

const TICKS_MAX = 9;
/** How many buckets there may be from one tick to the next. */
const STEPS: Record<Bucket, number[]> = {
  hour: [1, 2, 3, 6, 12, 24, 48, 96, 168],
  day: [1, 2, 7, 14, 28, 56, 112],
};
const HOURS_A_DAY = 24;
/** Upper ends of an axis with four even parts, in powers of ten. */
const NICE = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10];

const DAY = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', month: 'short', day: 'numeric' });
const WEEKDAY = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', weekday: 'short', month: 'short', day: 'numeric' });

/** `Sat, Jan 31, 12:00` or `Sat, Jan 31` */
export function bucketName(start: number, bucket: Bucket): string {
  return bucket === 'day' ? WEEKDAY.format(start) : `${WEEKDAY.format(start)}, ${hourOf(start)}`;
}

/** Where an axis that has to reach `value` ends. */
export function niceMax(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return (NICE.find((nice) => nice * power >= value) ?? 10) * power;
}

/** Labels at even distances; places are the middles of their buckets, in percent. */
export function xTicks(starts: number[], bucket: Bucket): { place: number; text: string }[] {
  const steps = STEPS[bucket];
  const step = steps.find((size) => starts.length / size <= TICKS_MAX) ?? steps.at(-1) ?? 1;
  return starts.flatMap((start, i) => {
    const count = Math.floor(start / BUCKET_MS[bucket]);
    if (count % step !== 0) return [];
    const isWithinDay = bucket === 'hour' && step < HOURS_A_DAY && count % HOURS_A_DAY !== 0;
    return [{ place: ((i + 0.5) / starts.length) * 100, text: isWithinDay ? hourOf(start) : DAY.format(start) }];
  });
}

function hourOf(start: number): string {
  return new Date(start).toISOString().slice(11, 16);
}
