import { crc32 } from 'node:zlib';
import { LineRetry, withoutRetry } from './line-retry.js';

/**
 * The last key of every line, `"_crc": "<batch>.<number>/<lines>:<crc>"`: the batch the line was written in, which of
 * that batch's lines in this file it is, from 1, and the CRC-32 (as in gzip) of all bytes before it. So recovery can
 * tell a batch that is whole from one that lacks lines.
 */
const SEAL = /,"_crc":"(\d{1,15})\.(\d{1,9})\/(\d{1,9}):([0-9a-f]{8})"\}$/;
const SEALS = new RegExp(SEAL.source.slice(0, -1), 'g');
/** Both halves of a seal: whatever single bit was flipped, one of them still gives away that the line once had one. */
const DAMAGED_SEAL = /"_crc":|"\d+\.\d+\/\d+:[0-9a-f]{8}"\}$/;
const SEAL_MAX_BYTES = 64;
const CRC_AND_END_BYTES = '00000000"}'.length;

/** Where a line belongs: line `number` of the `lines` that a batch has in this file. */
export interface LinePosition {
  batch: number;
  number: number;
  lines: number;
}

/** What a line of a log file turned out to be; one from before there were seals has no position. */
export interface LogLine {
  json: string;
  position?: LinePosition;
  /** What it says of the request that it came from, if that may be sent again. */
  retry?: LineRetry;
}

/** The line, without its line break, that holds this JSON object. */
export function sealLine(json: string, { batch, number, lines }: LinePosition): string {
  const covered = `${json.slice(0, -1)},"_crc":"${batch}.${number}/${lines}:`;
  return `${covered}${crc32(covered).toString(16).padStart(8, '0')}"}`;
}

/** Reads a line without its line break; `undefined` when it is damaged or not a JSON object. */
export function readLine(line: Buffer): LogLine | undefined {
  const tail = line.toString('latin1', Math.max(0, line.length - SEAL_MAX_BYTES));
  const seal = SEAL.exec(tail);
  if (!seal) return DAMAGED_SEAL.test(tail) ? undefined : readUnsealed(line.toString('utf8'));
  const [text, batch, number, lines, crc = ''] = seal;
  const actual = crc32(line.subarray(0, line.length - CRC_AND_END_BYTES));
  if (actual !== Number.parseInt(crc, 16)) return undefined;
  const position = { batch: Number(batch), number: Number(number), lines: Number(lines) };
  return { ...withoutRetry(`${line.toString('utf8', 0, line.length - text.length)}}`), position };
}

/** The whole line at the beginning of these bytes: where the break behind a line is damaged, it stands joined to the next. */
export function readFirstLine(bytes: Buffer): LogLine | undefined {
  for (const { index, 0: seal } of bytes.toString('latin1').matchAll(SEALS)) {
    const line = readLine(bytes.subarray(0, index + seal.length));
    if (line) return line;
  }
  return undefined;
}

/** True for what a predecessor wrote: there is nothing at the line's end that is or once was a seal. */
export function isUnsealed(line: Buffer): boolean {
  return !DAMAGED_SEAL.test(line.toString('latin1', Math.max(0, line.length - SEAL_MAX_BYTES)));
}

function readUnsealed(json: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { json } : undefined;
  } catch {
    return undefined;
  }
}
