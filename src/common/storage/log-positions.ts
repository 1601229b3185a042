import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { IndexDatabase } from './index-database.js';

/** How far the index has read a log: the end of a batch, and what its last line looked like. */
export interface LogPosition {
  offset: number;
  lineLength: number;
  lineCrc: number;
  batch: number;
  /** Lines before `offset`. */
  lines: number;
}

export const START: LogPosition = { offset: 0, lineLength: 0, lineCrc: 0, batch: 0, lines: 0 };

/** The positions of all logs and the largest id drawn, kept in the index in the same transactions as its rows. */
export class LogPositions {
  private readonly select = this.index.write<LogPosition, [string]>(
    'SELECT offset, line_length AS lineLength, line_crc AS lineCrc, batch, lines FROM log_positions WHERE log = ?',
  );
  private readonly upsert = this.index.write(
    `INSERT INTO log_positions (log, offset, line_length, line_crc, batch, lines, largest_id)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (log) DO UPDATE SET offset = excluded.offset, line_length = excluded.line_length,
       line_crc = excluded.line_crc, batch = excluded.batch, lines = excluded.lines,
       largest_id = excluded.largest_id`,
  );
  private readonly selectId = this.index.write<{ id: string | null }, []>(
    'SELECT max(largest_id) AS id FROM log_positions',
  );

  constructor(private readonly index: IndexDatabase) {}

  get(log: string): LogPosition {
    return this.select.get(log) ?? START;
  }

  /** @param largestId the largest that was drawn so far, for any log */
  set(log: string, { offset, lineLength, lineCrc, batch, lines }: LogPosition, largestId: string): void {
    this.upsert.run(log, offset, lineLength, lineCrc, batch, lines, largestId);
  }

  get largestId(): string {
    return this.selectId.get()?.id ?? '';
  }
}

/** What was added behind a position; `lastLine` is without its line break. */
export interface Addition {
  bytes: number;
  lines: number;
  lastLine: string | Buffer;
  batch: number;
}

export function positionAfter(before: LogPosition, { bytes, lines, lastLine, batch }: Addition): LogPosition {
  return {
    offset: before.offset + bytes,
    lineLength: Buffer.byteLength(lastLine) + 1,
    lineCrc: crc32(lastLine),
    batch,
    lines: before.lines + lines,
  };
}

/** True when the line that the index read last still stands where it stood. */
export function stillThere(path: string, { offset, lineLength, lineCrc }: LogPosition): boolean {
  if (offset === 0) return true;
  const file = openSync(path, 'r');
  try {
    const line = Buffer.alloc(lineLength);
    const read = readSync(file, line, 0, lineLength, offset - lineLength);
    return read === lineLength && line.at(-1) === 0x0a && crc32(line.subarray(0, -1)) === lineCrc;
  } finally {
    closeSync(file);
  }
}
