import { setImmediate as nextTurn } from 'node:timers/promises';
import { Page, PAGE_MAX_CHARACTERS } from './page.js';

/** So many items are read within some 10 ms. */
const SLICE_MAX_ITEMS = 2000;

/** How much is wanted of a list, and from where. */
export interface Part {
  limit: number;
  cursor?: string;
}

/**
 * Reads a long list in slices, between which others get their turn: what is given is what a client gets that reads page
 * by page. A list that is one slice is given as it was read.
 * @param order what a page of the list begins with; those that begin with the oldest are read from their end
 */
export async function inSlices<Query extends Part>(
  query: Query,
  order: 'newest first' | 'oldest first',
  read: (slice: Query) => Page,
): Promise<Page> {
  const slices: Page[] = [];
  let rest: Part | undefined = query;
  let characters = 0;
  while (rest && characters <= PAGE_MAX_CHARACTERS) {
    if (slices.length > 0) await nextTurn();
    const slice = read({ ...query, ...rest, limit: Math.min(rest.limit, SLICE_MAX_ITEMS) });
    slices.push(slice);
    characters += charactersOf(slice);
    rest = following(rest, slice);
  }
  const [only] = slices;
  if (only && slices.length === 1) return only;
  const { nextCursor } = slices.at(-1) ?? {};
  if (order === 'oldest first') slices.reverse();
  return { items: slices.flatMap(({ items }) => items), ...(nextCursor !== undefined && { nextCursor }) };
}

/** What is left to be read; nothing when the list or the limit ends. */
function following({ limit }: Part, { items, nextCursor }: Page): Part | undefined {
  const left = limit - items.length;
  return left > 0 && nextCursor !== undefined ? { limit: left, cursor: nextCursor } : undefined;
}

function charactersOf({ items }: Page): number {
  return items.reduce((sum, { length }) => sum + length, 0);
}
