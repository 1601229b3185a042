import type { Page } from '../../../common/storage/page.js';

/** A page of stored records as values, for a template. */
export interface Records<T> {
  items: T[];
  nextCursor?: string;
}

/** Parses what a service gives as text; ask it for no more than a page shows. */
export function records<T>({ items, nextCursor }: Page): Records<T> {
  return { items: items.map((json) => JSON.parse(json) as T), nextCursor };
}

/** A page of a list that its service gives oldest first. */
export function newestFirst(page: Page): Page {
  return { ...page, items: page.items.toReversed() };
}
