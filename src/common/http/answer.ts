import type { Page } from '../storage/page.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';
export const XML_TYPE = 'text/xml; charset=utf-8';
const NEXT_CURSOR = 'X-Next-Cursor';

/** A body that is already what goes over the wire, so that stored records are not parsed to be sent. */
export class Answer {
  constructor(
    readonly body: string | Buffer,
    readonly type: string,
    readonly headers: Record<string, string> = {},
  ) {}

  /** One record. */
  static json(text: string, headers?: Record<string, string>): Answer {
    return new Answer(text, JSON_TYPE, headers);
  }

  /** `{"<name>": [...], "count": n, "nextCursor"?: "..."}` */
  static list(name: string, page: Page): Answer {
    return ofPage(page, name, ({ items, nextCursor }) => {
      const next = nextCursor === undefined ? '' : `,"nextCursor":${JSON.stringify(nextCursor)}`;
      return Answer.json(`{"${name}":[${items.join(',')}],"count":${items.length}${next}}`);
    });
  }

  /** A bare array; the next cursor is a header. */
  static array(page: Page): Answer {
    return ofPage(page, '', ({ items, nextCursor }) => {
      return new Answer(`[${items.join(',')}]`, JSON_TYPE, cursorHeader(nextCursor));
    });
  }

  static xml(text: string): Answer {
    return new Answer(text, XML_TYPE);
  }

  /** Plain text, an item a line; the next cursor is a header. */
  static lines({ items, nextCursor }: Page): Answer {
    return new Answer(items.map((line) => `${line}\n`).join(''), TEXT_TYPE, cursorHeader(nextCursor));
  }
}

/** The answer made of a page that is kept is kept with it, as the bytes that go out. */
function ofPage(page: Page, name: string, make: (page: Page) => Answer): Answer {
  const known = page.made?.get(name);
  if (known instanceof Answer) return known;
  const answer = make(page);
  if (!page.made) return answer;
  const bytes = new Answer(Buffer.from(answer.body as string), answer.type, answer.headers);
  page.made.set(name, bytes);
  return bytes;
}

function cursorHeader(nextCursor: string | undefined): Record<string, string> {
  return nextCursor === undefined ? {} : { [NEXT_CURSOR]: nextCursor };
}
