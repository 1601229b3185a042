import { randomBytes } from 'node:crypto';

const ALPHABET = 'abcdefghjkmnpqrstvwxyz23456789';

export function chance(probability: number): boolean {
  return Math.random() < probability;
}

/** From `min` to `max`, not rounded. */
export function between(min: number, max: number): number {
  return min + Math.random() * (max - min);
}

/** A whole number from `min` to `max`, both possible. */
export function count(min: number, max: number): number {
  return Math.floor(between(min, max + 1));
}

/** @throws RangeError for an empty list */
export function pick<T>(items: readonly T[]): T {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** Some of the items in their order, at most `max`. */
export function some<T>(items: readonly T[], max: number): T[] {
  return items.filter(() => chance(max / items.length)).slice(0, max);
}

/** Mostly short, sometimes long, as people and models are. */
export function pauseMs(meanMs: number): number {
  return Math.min(-Math.log(1 - Math.random()) * meanMs, 6 * meanMs);
}

export function shortId(): string {
  return Array.from(randomBytes(5), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
