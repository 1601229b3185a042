import { closeSync, openSync, readSync } from 'node:fs';
import type { LinePlace } from './log-file.js';
import { LogLine, readFirstLine, readLine } from './log-line.js';

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/** A line and where it stands; `bytes` are without its line break. */
export interface PlacedLine extends LogLine, LinePlace {
  bytes: Buffer;
}

/** All bytes from `offset` on that are no whole, undamaged batch. */
export interface BrokenTail {
  offset: number;
  /** True when a later batch stands behind: then this is not a write that was cut off, but damage. */
  isDamage: boolean;
}

/** What stands between two line breaks; `bytes` are without them. */
export interface RawLine {
  bytes: Buffer;
  offset: number;
  isComplete: boolean;
}

/**
 * Reads a log file from `from` (where a line begins), batch by batch; returns what is broken at its end, if anything.
 * Only a batch all of whose lines are there counts, so a batch is read whole or not at all.
 */
export function* scanBatches(
  path: string,
  from: number,
  afterBatch?: number,
): Generator<PlacedLine[], BrokenTail | undefined> {
  let pending: PlacedLine[] = [];
  let lastBatch = afterBatch;
  let end = from;
  const lines = rawLines(path, from);
  for (const raw of lines) {
    const line = placed(raw);
    if (!line || !follows(line, pending, lastBatch)) {
      const brokenBatch = (pending[0] ?? readFirstLine(raw.bytes))?.position?.batch;
      return {
        offset: end,
        isDamage: (line && !isPartOf(line, pending)) || hasOtherBatch(lines, brokenBatch),
      };
    }
    pending.push(line);
    if (line.position && line.position.number < line.position.lines) continue;
    yield pending;
    end = line.offset + line.length;
    lastBatch = line.position?.batch;
    pending = [];
  }
  return pending.length > 0 ? { offset: end, isDamage: false } : undefined;
}

/** What a whole file holds. */
export interface LogContent {
  /** Where its last whole batch ends. */
  end: number;
  /** The number of that batch; 0 when there is none, or it has no seal. */
  lastBatch: number;
  /** What is broken behind it, if anything. */
  tail?: BrokenTail;
}

export function examine(path: string): LogContent {
  const batches = scanBatches(path, 0);
  let [end, lastBatch] = [0, 0];
  let step = batches.next();
  for (; !step.done; step = batches.next()) {
    const last = step.value.at(-1);
    if (last) [end, lastBatch] = [last.offset + last.length, last.position?.batch ?? 0];
  }
  return { end, lastBatch, tail: step.value };
}

/** Every readable line of a file, whatever stands between them, and the ranges that are not readable: for repair. */
export function* scanLines(path: string): Generator<PlacedLine | { offset: number; damaged: Buffer }> {
  for (const raw of rawLines(path)) yield placed(raw) ?? { offset: raw.offset, damaged: raw.bytes };
}

/** How many lines begin before this offset. */
export function countLines(path: string, offset: number): number {
  let count = 0;
  for (const raw of rawLines(path)) {
    if (raw.offset >= offset) break;
    count += 1;
  }
  return count;
}

/** Batches grow, their lines count up from 1, and lines without a seal only stand before the first that has one. */
function follows({ position }: PlacedLine, pending: PlacedLine[], lastBatch: number | undefined): boolean {
  const before = pending.at(-1)?.position;
  if (!position) return !before && lastBatch === undefined;
  const { batch, number, lines } = position;
  if (before) return batch === before.batch && number === before.number + 1 && lines === before.lines;
  return number === 1 && (lastBatch === undefined || batch > lastBatch);
}

function isPartOf(line: PlacedLine, pending: PlacedLine[]): boolean {
  return pending.length > 0 && line.position?.batch === pending[0]?.position?.batch;
}

/**
 * A batch is written only after the one before it was synced. So a line that begins another batch, or belongs to one,
 * proves that what is broken before it was once whole.
 */
function hasOtherBatch(rest: Iterable<RawLine>, brokenBatch: number | undefined): boolean {
  let batch = brokenBatch;
  for (const raw of rest) {
    const line = placed(raw);
    if (!line) continue;
    if (!line.position || line.position.number === 1 || line.position.batch !== (batch ??= line.position.batch))
      return true;
  }
  return false;
}

function placed(raw: RawLine): PlacedLine | undefined {
  const line = raw.isComplete ? readLine(raw.bytes) : undefined;
  return line && { ...line, bytes: raw.bytes, offset: raw.offset, length: raw.bytes.length + 1 };
}

/** The lines of any file from `from` on, where one begins. */
export function* rawLines(path: string, from = 0): Generator<RawLine> {
  const file = openSync(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    let offset = from;
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const read = readSync(file, chunk, 0, CHUNK_BYTES, offset + rest.length);
      if (read === 0) break;
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE, rest.length); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
        yield { bytes: bytes.subarray(start, end), offset: offset + start, isComplete: true };
        start = end + 1;
      }
      rest = bytes.subarray(start);
      offset += start;
    }
    if (rest.length > 0) yield { bytes: rest, offset, isComplete: false };
  } finally {
    closeSync(file);
  }
}
