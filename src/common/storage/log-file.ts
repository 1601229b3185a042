import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Disk, DiskFile } from './disk.js';
import { sealLine } from './log-line.js';
import type { Addition } from './log-positions.js';

const ARCHIVE = 'archive';
const WRITE_CHUNK_CHARACTERS = 1 << 20;
const COPY_CHUNK_BYTES = 1 << 20;

/** Where a line stands; `length` counts its line break. */
export interface LinePlace {
  offset: number;
  length: number;
}

/** One log file. Only whole batches that were synced count as its content; `size` is where the next one goes. */
export class LogFile {
  private constructor(
    readonly path: string,
    private readonly disk: Disk,
    private file: DiskFile,
    private bytes: number,
  ) {}

  static async open(disk: Disk, dataDir: string, log: string): Promise<LogFile> {
    const path = join(dataDir, `${log}.jsonl`);
    await finishReplacement(disk, path);
    const file = await disk.open(path);
    // A process that was killed may have left the name, or the last batch, with the system only.
    await file.sync();
    await disk.syncFolder(dataDir);
    return new LogFile(path, disk, file, await file.size());
  }

  get size(): number {
    return this.bytes;
  }

  async read({ offset, length }: LinePlace): Promise<Buffer> {
    return this.file.read(offset, length);
  }

  /** Puts data behind the content; it counts once {@link accept} is called. */
  async write(data: Buffer): Promise<void> {
    await this.file.write(data, this.bytes);
  }

  async sync(): Promise<void> {
    await this.file.sync();
  }

  accept(bytes: number): void {
    this.bytes += bytes;
  }

  /** Takes back what was written but not accepted, durably. */
  async cutBack(): Promise<void> {
    await this.cutAt(this.bytes);
  }

  /** Moves all bytes from `offset` on to a file beside this one; gives its name. */
  async moveTail(offset: number, suffix: string): Promise<string> {
    const path = `${this.path}.${suffix}`;
    const kept = await this.disk.open(path);
    try {
      for (let at = offset; at < this.bytes; at += COPY_CHUNK_BYTES) {
        const chunk = await this.file.read(at, Math.min(COPY_CHUNK_BYTES, this.bytes - at));
        await kept.write(chunk, at - offset);
      }
      await kept.sync();
    } finally {
      await kept.close();
    }
    await this.disk.syncFolder(dirname(path));
    await this.cutAt(offset);
    return basename(path);
  }

  /**
   * Writes a file that can take the place of this one, see {@link adoptReplacement}: these records, each a batch of
   * its own. This file stays as it is, also when the disk refuses.
   */
  async writeReplacement(records: Iterable<object>, firstBatch: number): Promise<Addition> {
    return writeLogFile(this.disk, replacementOf(this.path), records, firstBatch);
  }

  /**
   * Lets the replacement become this file; the old one moves to `archive/` when it is given a name there.
   * After a crash at any step the next start finds either the old file or the new one.
   */
  async adoptReplacement(archiveAs?: string): Promise<void> {
    await this.file.close();
    if (archiveAs !== undefined) {
      const archive = join(dirname(this.path), ARCHIVE);
      await this.disk.makeFolder(archive);
      await this.disk.move(this.path, join(archive, archiveAs));
    }
    await this.disk.move(replacementOf(this.path), this.path);
    this.file = await this.disk.open(this.path);
    this.bytes = await this.file.size();
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private async cutAt(offset: number): Promise<void> {
    await this.file.truncate(offset);
    await this.file.sync();
    this.bytes = offset;
  }
}

function replacementOf(path: string): string {
  return `${path}.new`;
}

/** Writes a log file of these records, each a batch of its own, and syncs it. Where the disk refuses, there is none. */
export async function writeLogFile(
  disk: Disk,
  path: string,
  records: Iterable<object>,
  firstBatch: number,
): Promise<Addition> {
  await disk.remove(path);
  const file = await disk.open(path);
  try {
    const written = await writeRecords(file, records, firstBatch);
    await file.sync();
    return written;
  } catch (error) {
    await disk.remove(path);
    throw error;
  } finally {
    await file.close();
  }
}

async function writeRecords(file: DiskFile, records: Iterable<object>, firstBatch: number): Promise<Addition> {
  let bytes = 0;
  let lines = 0;
  let lastLine = '';
  let chunk = '';
  const flush = async (): Promise<void> => {
    const data = Buffer.from(chunk);
    await file.write(data, bytes);
    bytes += data.length;
    chunk = '';
  };
  for (const record of records) {
    lastLine = sealLine(JSON.stringify(record), { batch: firstBatch + lines, number: 1, lines: 1 });
    chunk += `${lastLine}\n`;
    lines += 1;
    if (chunk.length > WRITE_CHUNK_CHARACTERS) await flush();
  }
  await flush();
  return { bytes, lines, lastLine, batch: firstBatch + lines - 1 };
}

/** A replacement beside a missing file is whole (it is synced before the old one moves); beside an old one it may not be. */
async function finishReplacement(disk: Disk, path: string): Promise<void> {
  const replacement = replacementOf(path);
  if (!existsSync(replacement)) return;
  if (existsSync(path)) await disk.remove(replacement);
  else await disk.move(replacement, path);
}
