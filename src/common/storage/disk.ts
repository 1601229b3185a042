import { Injectable } from '@nestjs/common';
import { existsSync, writeSync } from 'node:fs';
import { FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** So much is copied to the system's memory in less time than it takes to ask another thread for it. */
const AT_ONCE_MAX_BYTES = 64 << 10;

/** A file that the record log appends to; what `write` returned from is in the system, what `sync` returned from is on the disk. */
export interface DiskFile {
  read(position: number, length: number): Promise<Buffer>;
  write(data: Buffer, position: number): Promise<void>;
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

/** The calls that change files under `DATA_DIR`; tests put a failing or forgetful disk in its place. */
@Injectable()
export class Disk {
  /** Opens for reading and writing, and makes the file if it is not there. */
  async open(path: string): Promise<DiskFile> {
    const handle = await open(path, 'a+').then(async (created) => {
      await created.close();
      return open(path, 'r+');
    });
    return {
      read: async (position, length) => (await handle.read(Buffer.alloc(length), 0, length, position)).buffer,
      write: (data, position) => writeAll(handle, data, position),
      sync: () => handle.datasync(),
      truncate: (size) => handle.truncate(size),
      size: async () => (await handle.stat()).size,
      close: () => handle.close(),
    };
  }

  /** Moves a file and makes the move itself durable. */
  async move(from: string, to: string): Promise<void> {
    await rename(from, to);
    for (const folder of new Set([dirname(to), dirname(from)])) await this.syncFolder(folder);
  }

  /**
   * Makes a file durable as it is, if it is there. What a killed process had only handed to the system must be on the
   * disk before anyone is shown it.
   */
  async settle(path: string): Promise<void> {
    if (!existsSync(path)) return;
    const file = await this.open(path);
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async remove(path: string): Promise<void> {
    await rm(path, { force: true });
  }

  async makeFolder(path: string): Promise<void> {
    await mkdir(path, { recursive: true });
    await this.syncFolder(dirname(path));
  }

  /** A new or renamed file survives a power loss only once its folder is synced. */
  async syncFolder(path: string): Promise<void> {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** A nearly full disk first writes short and says `ENOSPC` only when asked for the rest. */
async function writeAll(handle: FileHandle, data: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < data.length) {
    const length = data.length - done;
    if (length <= AT_ONCE_MAX_BYTES) done += writeSync(handle.fd, data, done, length, position + done);
    else done += (await handle.write(data, done, length, position + done)).bytesWritten;
  }
}
