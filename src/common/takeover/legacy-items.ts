import { readFileSync, statSync } from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { readLine } from '../storage/log-line.js';
import { rawLines } from '../storage/log-scan.js';
import { isDatabase, legacyRows } from './legacy-rows.js';
import { anyObject, damaged, listOf, Read } from './legacy-fields.js';

/** Something that a predecessor's file holds, read and checked. */
export interface Inherited {
  record: object;
  /** By name, what no other item of its list may have. */
  keys: Record<string, string>;
  /** Ids that new ones must be larger than. */
  ids: string[];
  /** Puts it where it belongs, within a transaction. */
  store?: () => void;
}

/** An item with an id of its own. */
export function identified(record: { id: string }): Inherited {
  return { record, keys: { id: record.id }, ids: [record.id] };
}

/** The lists of a JSON file, or the tables of a SQLite file, by name, and how their items are read. */
export type Lists = Record<string, ListReading>;

interface ListReading {
  read: Read<Inherited>;
  mayBeMissing?: true;
  /** Of a table, the field that gives the order. */
  time?: string;
}

const anyList = listOf((value) => value);

/** How the entries of a file with an item a line are called in messages. */
export const ENTRY = 'entry';

interface Placed {
  list: string;
  value: unknown;
  place: string;
  /** How much of the file has been read then, 0 to 1. */
  share: number;
}

export interface InheritedItem extends Inherited {
  place: string;
  share: number;
}

/**
 * Reads a predecessor's file: a `.json` or a `.db` with {@link Lists}, or a `.jsonl` with an {@link ENTRY} a line. An exact copy of
 * an item is taken once.
 * @throws StartError that names the place of what cannot be taken over
 */
export function* inheritedItems(path: string, lists: Lists): Generator<InheritedItem> {
  const seen = new Map<string, { place: string; digest: string }>();
  for (const { list, value, place, share } of placedItems(path, lists)) {
    const item = lists[list]?.read(value, place);
    if (!item) continue;
    const digest = hash('sha256', JSON.stringify(item.record), 'base64');
    let isCopy = false;
    for (const [name, key] of Object.entries(item.keys)) {
      const other = seen.get(`${list} ${name} ${key}`);
      if (other && other.digest !== digest) {
        throw damaged(`${place}.${name}`, `is that of ${other.place}, but the rest is different`);
      }
      isCopy ||= other !== undefined;
      seen.set(`${list} ${name} ${key}`, { place: placeInFile(place, path), digest });
    }
    if (!isCopy) yield { ...item, place, share };
  }
}

function placedItems(path: string, lists: Lists): Iterable<Placed> {
  if (isDatabase(path)) return tableItems(path, lists);
  return path.endsWith('.jsonl') ? lines(path) : listItems(path, lists);
}

function placeInFile(place: string, path: string): string {
  return place.slice(path.length).replace(/^:? /, '');
}

function* listItems(path: string, lists: Lists): Generator<Placed> {
  const file = anyObject(readJson(path), `${path}: the whole`);
  for (const [list, { mayBeMissing }] of Object.entries(lists)) {
    const place = `${path}: ${list}`;
    const items = anyList(mayBeMissing ? (file[list] ?? []) : file[list], place);
    for (const [i, value] of items.entries()) {
      yield { list, value, place: `${place}[${i}]`, share: i / items.length };
    }
  }
}

function* tableItems(path: string, lists: Lists): Generator<Placed> {
  for (const [list, options] of Object.entries(lists)) {
    for (const { value, number, count } of legacyRows(path, list, options)) {
      yield { list, value, place: `${path}: ${list} row ${number}`, share: number / count };
    }
  }
}

/** Blank lines hold nothing; a line without its line break is as good as the others, as long as it can be read. */
function* lines(path: string): Generator<Placed> {
  const size = statSync(path).size;
  let number = 0;
  for (const { bytes, offset } of rawLines(path)) {
    number += 1;
    const place = `${path} line ${number}`;
    const text = utf8(bytes, place);
    if (text.trim() === '') continue;
    // One that was repaired by us has our seal.
    const sealed = readLine(bytes);
    const value = sealed?.position ? (JSON.parse(sealed.json) as unknown) : parse(text, place, () => '');
    yield { list: ENTRY, value, place: `${place}: ${ENTRY}`, share: offset / size };
  }
}

function readJson(path: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw damaged(path, `cannot be read: ${(error as Error).message}`);
  }
  return parse(utf8(bytes, path), path, lineOf);
}

function utf8(bytes: Buffer, place: string): string {
  if (!isUtf8(bytes)) throw damaged(place, 'is not UTF-8');
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function parse(text: string, place: string, lineAt: (before: string) => string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const before = text.slice(0, firstMistake(text, error as Error));
    throw damaged(`${place}${lineAt(before)} column ${before.length - before.lastIndexOf('\n')}`, 'is not JSON');
  }
}

function lineOf(before: string): string {
  return ` line ${before.split('\n').length}`;
}

/** Where the text ceases to be JSON. Not every error says so; then it is where the shortest wrong beginning ends. */
function firstMistake(text: string, error: Error): number {
  const said = positionIn(error);
  if (said !== undefined) return said;
  let [right, wrong] = [0, text.length];
  while (wrong - right > 1) {
    const middle = (right + wrong) >> 1;
    if (mayGoOn(text.slice(0, middle))) right = middle;
    else wrong = middle;
  }
  return mayGoOn(text) ? text.length : right;
}

/** True for the beginning of something that could be JSON. */
function mayGoOn(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    return (error as Error).message.includes('Unexpected end') || (positionIn(error as Error) ?? -1) >= text.length;
  }
}

function positionIn({ message }: Error): number | undefined {
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  return position === undefined ? undefined : Number(position);
}
