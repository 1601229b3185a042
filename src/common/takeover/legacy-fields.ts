import { StartError } from '../errors/start-error.js';
import { leavesRoom } from '../storage/id-source.js';
import { parseInstant } from '../validation/time.js';

/**
 * Reads a value of a predecessor's file, which stands at `place`. Only what would make it unusable is refused: a text
 * that is longer than we take today, or a word that is not in our sets, stays readable.
 * @throws StartError that names the place
 */
export type Read<T> = (value: unknown, place: string) => T;

/** That a predecessor's file cannot be taken over because of what stands at this place. */
export function damaged(place: string, problem: string): StartError {
  return new StartError(`${place} ${problem}. Nothing of it was taken over; correct it, or take it out of the file`);
}

function refuse(value: unknown, place: string, expected: string): never {
  throw damaged(place, value === undefined ? 'is missing' : `must be ${expected}, not ${described(value)}`);
}

function described(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return JSON.stringify(value).slice(0, 64);
}

export const text: Read<string> = (value, place) =>
  typeof value === 'string' ? value : refuse(value, place, 'a string');

/** One of a closed set today; words that are not in it, or not any more, stay what they are. */
export const word = text as Read<never>;

/** What something is found by: an id or a name. Half a surrogate pair could not be told from another in the tables. */
export const key: Read<string> = (value, place) => {
  const isKey = typeof value === 'string' && value !== '' && value.isWellFormed();
  return isKey ? value : refuse(value, place, 'a text that is not empty');
};

/** An id after which others can still be drawn. */
export const id: Read<string> = (value, place) => {
  const read = key(value, place);
  return leavesRoom(read) ? read : refuse(value, place, 'an id that leaves room for larger ones');
};

/** The id of something in a stream: the order of ids is the order of the stream. */
export const ulid: Read<string> = (value, place) => {
  const read = id(value, place);
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(read) ? read : refuse(value, place, 'a ULID, which gives the order');
};

/** Comes back in the form in which timestamps are stored. */
export const instant: Read<string> = (value, place) =>
  (typeof value === 'string' ? parseInstant(value) : undefined) ?? refuse(value, place, 'an ISO 8601 date or time');

export const wholeNumber: Read<number> = (value, place) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : refuse(value, place, 'a whole number');

export const flag: Read<boolean> = (value, place) =>
  typeof value === 'boolean' ? value : refuse(value, place, 'true or false');

export const anyObject: Read<Record<string, unknown>> = (value, place) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : refuse(value, place, 'an object');

export function listOf<T>(item: Read<T>): Read<T[]> {
  return (value, place) =>
    Array.isArray(value)
      ? value.map((element, i) => item(element, `${place}[${i}]`))
      : refuse(value, place, 'an array');
}

export function optional<T>(read: Read<T>): Read<T | undefined> {
  return (value, place) => (value === undefined || value === null ? undefined : read(value, place));
}

export function orElse<T>(read: Read<T>, fallback: T): Read<T> {
  return (value, place) => (value === undefined || value === null ? fallback : read(value, place));
}

/** An object with these fields, in this order; what else it has stays behind them. */
export function objectOf<T extends object>(fields: { [K in keyof T]-?: Read<T[K]> }): Read<T> {
  const reads = Object.entries<Read<unknown>>(fields);
  return (value, place) => {
    const given = anyObject(value, place);
    const known = reads.map(([name, read]) => [name, read(given[name], `${place}.${name}`)]);
    const others = Object.entries(given).filter(([name]) => !Object.hasOwn(fields, name));
    return Object.fromEntries([...known, ...others]) as T;
  };
}
