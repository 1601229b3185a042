import { Logger } from '@nestjs/common';
import { basename } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IdSource } from '../storage/id-source.js';
import { InheritedItem, inheritedItems, Lists } from './legacy-items.js';

const SLICE_MS = 50;
const PROGRESS_MS = 1000;

/** A file that a predecessor may have left in the data folder, and the way into our own store. */
export interface LegacySource {
  /** Of the predecessor's file. */
  readonly path: string;

  /** Finishes a takeover that a crash interrupted behind its point of no return. */
  finish(): Promise<void>;

  /** True when the file is there and a predecessor's. */
  isThere(): boolean | Promise<boolean>;

  /** Reads all of it and changes nothing. @throws StartError when it cannot be taken over */
  check(): Promise<void>;

  /** Takes over what {@link check} has passed, and renames the file; it may be repeated after a crash at any moment. */
  take(): Promise<void>;
}

const logger = new Logger('takeover');

/** Reads all items of a file and changes nothing but what the next id is: larger than theirs. */
export async function checkItems(path: string, lists: Lists, ids: IdSource): Promise<void> {
  let sliceEnd = Date.now() + SLICE_MS;
  for (const item of withProgress(`checking ${basename(path)}`, inheritedItems(path, lists))) {
    for (const id of item.ids) ids.seed(id);
    if (Date.now() < sliceEnd) continue;
    await nextTurn();
    sliceEnd = Date.now() + SLICE_MS;
  }
}

/** Says on the console how far it is, once a second. */
export function* withProgress(what: string, items: Iterable<InheritedItem>): Generator<InheritedItem> {
  let next = Date.now() + PROGRESS_MS;
  for (const item of items) {
    yield item;
    if (Date.now() < next) continue;
    logger.log(`${what}: ${Math.floor(100 * item.share)} %`);
    next = Date.now() + PROGRESS_MS;
  }
}
