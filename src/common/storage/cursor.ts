import { DomainError, invalidInput } from '../errors/domain-error.js';
import { parseInstant } from '../validation/time.js';

/** Larger than every id and every name, whatever its form. */
export const TEXT_CEILING = '\u{10FFFF}';

/**
 * An opaque place in a list: the sort keys of the last item that was given out, so that the next page is found by an
 * index and does not shift when items are added or removed in between.
 */
export function encodeCursor(...keys: string[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/** @throws DomainError `invalid_input` for anything that {@link encodeCursor} with `count` keys did not make */
export function decodeCursor(cursor: string, count: number): string[] {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(keys) && keys.length === count && keys.every((key) => typeof key === 'string')) return keys;
  } catch {
    // Not even JSON: refused below like every other cursor we did not give out.
  }
  throw invalidCursor();
}

/** The same for a cursor that is a whole number. */
export function decodeNumberCursor(cursor: string): number {
  const number = Number(decodeCursor(cursor, 1)[0]);
  if (!Number.isSafeInteger(number) || number < 0) throw invalidCursor();
  return number;
}

/** The same for a cursor that is a time and an id. */
export function decodeTimeCursor(cursor: string): [time: string, id: string] {
  const [time = '', id = ''] = decodeCursor(cursor, 2);
  const instant = parseInstant(time);
  if (instant === undefined) throw invalidCursor();
  return [instant, id];
}

/** What is said of every cursor that was not given out for this list. */
export function invalidCursor(): DomainError {
  return invalidInput([{ field: 'cursor', message: 'invalid cursor' }]);
}
