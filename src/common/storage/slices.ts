import { ownTurn } from '../own-turn.js';
import { madeOf, Page, PAGE_MAX_CHARACTERS } from './page.js';

/** So many items are read within some 5 ms. */
const SLICE_MAX_ITEMS = 1000;

/** How much is wanted of a list, and from where. */
export interface Part {
  limit: number;
  cursor?: string;
}

/**
 * Reads a long list in slices, between which others get their turn: what is given is what a client gets that reads page
 * by page, and its items joined. A list that is one slice is given as it was read.
 * @param order what a page of the list begins with; those that begin with the oldest are read from their end
 * @param separator what comes between two items on the wire
 */
export async function inSlices<Query extends Part>(
  query: Query,
  order: 'newest first' | 'oldest first',
  read: (slice: Query) => Page,
  separator = ',',
): Promise<Page> {
  const slices: Page[] = [];
  const texts: Buffer[] = [];
  let rest: Part | undefined = query;
  let characters = 0;
  while (rest && characters <= PAGE_MAX_CHARACTERS) {
    if (slices.length > 0) await ownTurn();
    const slice = read({ ...query, ...rest, limit: Math.min(rest.limit, SLICE_MAX_ITEMS) });
    rest = following(rest, slice);
    if (!rest && slices.length === 0) return slice;
    slices.push(slice);
    characters += charactersOf(slice);
    // Joined here, as that takes a while too. What was left may be gone by now.
    if (slice.items.length > 0) texts.push(madeOf(slice, separator, ({ items }) => Buffer.from(items.join(separator))));
  }
  const { nextCursor } = slices.at(-1) ?? {};
  if (order === 'oldest first') for (const parts of [slices, texts]) parts.reverse();
  return {
    items: slices.flatMap(({ items }) => items),
    joined: texts.flatMap((text, i) => (i === 0 ? [text] : [Buffer.from(separator), text])),
    ...(nextCursor !== undefined && { nextCursor }),
  };
}

/** What is left to be read; nothing when the list or the limit ends. */
function following({ limit }: Part, { items, nextCursor }: Page): Part | undefined {
  const left = limit - items.length;
  return left > 0 && nextCursor !== undefined ? { limit: left, cursor: nextCursor } : undefined;
}

function charactersOf({ items }: Page): number {
  return items.reduce((sum, { length }) => sum + length, 0);
}
