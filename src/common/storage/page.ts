/** A list ends early, with a cursor to go on from, once it holds this much text. */
export const PAGE_MAX_CHARACTERS = 32 << 20;

/** Items as the text that goes over the wire, and where the next page begins, if there is one. */
export interface Page {
  items: readonly string[];
  nextCursor?: string;
  /** Of a long page: its items as they go over the wire with what comes between them, in pieces. */
  joined?: readonly Buffer[];
  /** Of a page that is kept: what was made of it, by name. */
  made?: Map<string, unknown>;
}

/** What is made of a page, and kept with one that is kept. */
export function madeOf<T>(page: Page, name: string, make: (page: Page) => T): T {
  if (page.made?.has(name)) return page.made.get(name) as T;
  const made = make(page);
  page.made?.set(name, made);
  return made;
}

/**
 * Takes up to `limit` items off a query that was asked for `limit + 1`.
 * @param cursorOf the cursor that goes on behind this row
 */
export function takePage<Row>(
  rows: Iterable<Row>,
  limit: number,
  textOf: (row: Row) => string,
  cursorOf: (row: Row) => string,
): Page {
  const items: string[] = [];
  let characters = 0;
  let last: Row | undefined;
  for (const row of rows) {
    if (last !== undefined && (items.length === limit || characters > PAGE_MAX_CHARACTERS)) {
      return { items, nextCursor: cursorOf(last) };
    }
    const text = textOf(row);
    items.push(text);
    characters += text.length;
    last = row;
  }
  return { items };
}

/** The same page of something made of each item. */
export function withItems({ items, nextCursor }: Page, made: (item: string) => string): Page {
  return { items: items.map(made), ...(nextCursor !== undefined && { nextCursor }) };
}

/** A page that was read newest first, to be shown oldest first. */
export function oldestFirst(page: Page): Page {
  return { ...page, items: page.items.toReversed() };
}
