import { madeOf, type Page } from '../storage/page.js';

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
  static json(text: string | Buffer, headers?: Record<string, string>): Answer {
    return new Answer(text, JSON_TYPE, headers);
  }

  /** `{"<name>": [...], "count": n, "nextCursor"?: "..."}` */
  static list(name: string, page: Page): Answer {
    return ofPage(page, name, ({ items, nextCursor }) => {
      const next = nextCursor === undefined ? '' : `,"nextCursor":${JSON.stringify(nextCursor)}`;
      return Answer.json(around(page, `{"${name}":[`, `],"count":${items.length}${next}}`));
    });
  }

  /** A bare array; the next cursor is a header. */
  static array(page: Page): Answer {
    return ofPage(page, '', () => Answer.json(around(page, '[', ']'), cursorHeader(page.nextCursor)));
  }

  static xml(text: string): Answer {
    return new Answer(text, XML_TYPE);
  }

  /** Plain text, an item a line; the next cursor is a header. */
  static lines({ items, joined, nextCursor }: Page): Answer {
    const text = joined ? Buffer.concat([...joined, Buffer.from('\n')]) : items.map((line) => `${line}\n`).join('');
    return new Answer(text, TEXT_TYPE, cursorHeader(nextCursor));
  }
}

/** The items of a page within other text. */
function around({ items, joined }: Page, before: string, after: string): string | Buffer {
  if (joined) return Buffer.concat([Buffer.from(before), ...joined, Buffer.from(after)]);
  return `${before}${items.join(',')}${after}`;
}

/** The answer made of a page that is kept is kept with it, as the bytes that go out. */
function ofPage(page: Page, name: string, make: (page: Page) => Answer): Answer {
  if (!page.made) return make(page);
  return madeOf(page, name, () => {
    const { body, type, headers } = make(page);
    return new Answer(Buffer.from(body as string), type, headers);
  });
}

function cursorHeader(nextCursor: string | undefined): Record<string, string> {
  return nextCursor === undefined ? {} : { [NEXT_CURSOR]: nextCursor };
}
