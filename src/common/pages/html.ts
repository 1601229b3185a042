const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Markup that our own code made; everything else is text and is escaped where it is printed. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** Markup with values in it: text is escaped, {@link Html} is not, a list is joined, nothing and `false` print nothing. */
export function html(texts: TemplateStringsArray, ...values: unknown[]): Html {
  return new Html(texts.map((text, i) => text + escapeHtml(values[i])).join(''));
}

/** What a value looks like in a page. */
export function escapeHtml(value: unknown): string {
  if (value instanceof Html) return value.text;
  if (value === undefined || value === null || value === false) return '';
  if (Array.isArray(value)) return value.map(escapeHtml).join('');
  return `${value as string | number}`.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
