import { applyDecorators, Get, Header, Injectable, StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import { Clock } from '../../../common/clock.js';
import { notFound } from '../../../common/errors/domain-error.js';
import { ownTurn } from '../../../common/own-turn.js';
import type { Page } from '../../../common/storage/page.js';
import { EXPORT_ENDINGS, EXPORT_FORMATS, type ExportFormat, isExportEnding } from './export-formats.js';

/** Read in one go, while nothing else is answered. */
const PAGE_ITEMS = 500;
/** Written in one go, before others have their turn. */
const CHUNK_CHARACTERS = 1 << 16;

/** A list that can be had whole. */
export interface ExportedList {
  /** Begins the file's name. */
  name: string;
  /** Fields of the items that become columns of a table, such as `agent` or `tokens.total`. */
  columns: readonly string[];
  /** A page of the list, filtered as it is shown. */
  page: (at: { cursor: string | undefined; limit: number }) => Page | Promise<Page>;
}

/** Answers at `export.csv`, `export.ndjson` and `export.json`; stands before a handler of `:id`. */
export const GetExport = (folder = ''): MethodDecorator =>
  applyDecorators(Get(`${folder}export.:ending`), Header('Cache-Control', 'no-store'));

/**
 * Whole lists as files, read page by page as fast as the reader takes them, in turns with other requests. What was there
 * when the export began is in it once, each item as it is when its page is read; what comes later is not.
 */
@Injectable()
export class Exports {
  constructor(private readonly clock: Clock) {}

  /** The first page is read here, so that a refusal is still an answer. */
  async file(ending: string, list: ExportedList): Promise<StreamableFile> {
    if (!isExportEnding(ending)) throw notFound(`there is no export.${ending}, only ${EXPORT_ENDINGS.join(', ')}`);
    const first = await list.page({ cursor: undefined, limit: PAGE_ITEMS });
    const format = EXPORT_FORMATS[ending](list.columns);
    const day = this.clock.timestamp().slice(0, 10);
    return new StreamableFile(Readable.from(chunks(list, first, format)), {
      type: format.type,
      disposition: `attachment; filename="${list.name}-${day}.${ending}"`,
    });
  }
}

async function* chunks(list: ExportedList, first: Page, { head, item, tail }: ExportFormat): AsyncGenerator<string> {
  let text = head;
  let index = 0;
  for (let page: Page | undefined = first; page; page = await pageAfter(list, page)) {
    for (const json of page.items) {
      text += item(json, index++);
      if (text.length < CHUNK_CHARACTERS) continue;
      yield text;
      text = '';
      await ownTurn();
    }
    await ownTurn();
  }
  yield text + tail;
}

function pageAfter(list: ExportedList, { nextCursor: cursor }: Page): Page | Promise<Page> | undefined {
  return cursor === undefined ? undefined : list.page({ cursor, limit: PAGE_ITEMS });
}
