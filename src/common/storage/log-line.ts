import { crc32 } from 'node:zlib';

/**
 * The last key of every line, `"_crc": "<batch>.<left>:<crc>"`: the number of the batch that the line was written
 * in, how many more lines of that batch follow in the same file, and the CRC-32 (as in gzip) of all bytes before it.
 * `left` lets recovery tell a batch that is whole from one that was cut off between two lines.
 */
const SEAL = /,"_crc":"(\d{1,15})\.(\d{1,9}):([0-9a-f]{8})"\}$/;
const SEAL_KEY = '"_crc"';
const SEAL_MAX_BYTES = 48;
const CRC_AND_END_BYTES = '00000000"}'.length;

/** What a line of a log file turned out to be. `batch` is absent on lines from before there were seals. */
export interface LogLine {
  json: string;
  batch?: number;
  left: number;
}

/** The line, without its line break, that holds this JSON object. */
export function sealLine(json: string, batch: number, left: number): string {
  const covered = `${json.slice(0, -1)},"_crc":"${batch}.${left}:`;
  return `${covered}${crc32(covered).toString(16).padStart(8, '0')}"}`;
}

/** Reads a line without its line break; `undefined` when it is damaged or not a JSON object. */
export function readLine(line: Buffer): LogLine | undefined {
  const tail = line.toString('latin1', Math.max(0, line.length - SEAL_MAX_BYTES));
  const seal = SEAL.exec(tail);
  if (!seal) return tail.includes(SEAL_KEY) ? undefined : readUnsealed(line.toString('utf8'));
  const [text, batch, left, crc] = seal;
  const actual = crc32(line.subarray(0, line.length - CRC_AND_END_BYTES));
  if (actual !== Number.parseInt(crc ?? '', 16)) return undefined;
  return { json: `${line.toString('utf8', 0, line.length - text.length)}}`, batch: Number(batch), left: Number(left) };
}

function readUnsealed(json: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { json, left: 0 } : undefined;
  } catch {
    return undefined;
  }
}
