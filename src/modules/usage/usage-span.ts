import { invalidInput } from '../../common/errors/domain-error.js';
import { parseDuration } from '../../common/validation/time.js';
import { BUCKET_MS, type Bucket } from './usage-summary.entity.js';

/** A range from now back, in milliseconds since 1970. */
export function rangeUntil(now: number, range: string): { from: number; to: number } {
  return { from: now - (parseDuration(range) ?? 0), to: now };
}

/**
 * Starts of all buckets of a range, in milliseconds since 1970.
 * @throws DomainError `invalid_input` when there are more than `max`
 */
export function bucketStarts({ from, to }: { from: number; to: number }, bucket: Bucket, max: number): number[] {
  const size = BUCKET_MS[bucket];
  const first = Math.floor(from / size);
  const count = Math.floor(to / size) - first + 1;
  if (count > max) throw tooManyRows(max);
  return Array.from({ length: count }, (_, i) => (first + i) * size);
}

export function tooManyRows(max: number): Error {
  const message = `range gives more than ${max} rows; make it shorter, or the buckets longer`;
  return invalidInput([{ field: 'range', message }]);
}

/** A time as it is on the wire. */
export function timestamp(time: number): string {
  return new Date(time).toISOString();
}
