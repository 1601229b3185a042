/** How tools put things into words: a line per item, short enough for a model's context. */

import { ServiceError } from '../service-error.ts';
import { optional, text, whole } from '../schema.ts';

const LIST_DEFAULT_ITEMS = 20;
const LIST_MAX_ITEMS = 200;
const TITLE_MAX_CHARACTERS = 160;

/** What lists take beside their filters. */
export const paging = {
  limit: optional(whole(`How many at most; ${LIST_DEFAULT_ITEMS} when not given`, 1, LIST_MAX_ITEMS)),
  cursor: optional(text('What the answer before said to go on with')),
};

/** The query of a list, with a limit in any case. */
export const paged = <Q extends { limit?: number }>(query: Q): Q & { limit: number } => ({
  ...query,
  limit: query.limit ?? LIST_DEFAULT_ITEMS,
});

/** The items of an answer, one a line, and how to get more. */
export function listed<Item>(
  items: Item[] | undefined,
  line: (item: Item) => string,
  { none, nextCursor }: { none: string; nextCursor?: string },
): string {
  if (!Array.isArray(items)) throw new ServiceError('the answer has no list in it. Check VERS_INFRA_URL.');
  const lines = items.length > 0 ? items.map(line) : [none];
  if (nextCursor !== undefined) lines.push(`There are more: narrow the filters, or go on with cursor "${nextCursor}".`);
  return lines.join('\n');
}

/** The first of many lines, and how to get the others. */
export function top(lines: string[]): string[] {
  const others = lines.length - LIST_DEFAULT_ITEMS;
  return others <= 0 ? lines : [...lines.slice(0, LIST_DEFAULT_ITEMS), `… and ${others} more: \`json: true\` has all.`];
}

/** A text on one line, cut where it gets long. */
export function brief(value: string | undefined, maxCharacters = TITLE_MAX_CHARACTERS): string {
  const line = (value ?? '').replaceAll(/\s+/g, ' ').trim();
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters - 1)}…` : line;
}

/** A text that ends, where it gets too long, by saying so. */
export function cut(value: string, maxCharacters: number): string {
  if (value.length <= maxCharacters) return value;
  return `${value.slice(0, maxCharacters)}\n… cut here, at ${maxCharacters} of ${value.length} characters: lower \`limit\` or narrow the filters.`;
}

/** Those of the parts that there are. */
export const parts = (...values: (string | false | undefined)[]): string => values.filter(Boolean).join(' ');

export const dollars = (amount: number): string => `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
