import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Operation } from './recording-disk.js';

const SECTOR_BYTES = 512;

/** What a disk made of the writes it had not synced. */
export type Tearing = 'none' | 'all' | 'prefix' | 'sectors';

/** Decides what happened to one thing: a whole number from 0 to `max`, both included. */
export type Chance = (max: number) => number;

interface Inode {
  synced: Buffer;
  pending: Operation[];
}

/**
 * The files as they stand after a power loss behind the operations of `trace`: what was synced, and of the rest what
 * `tearing` and `chance` say. `all` is what the next process finds after kill -9.
 */
export function crashImage(trace: readonly Operation[], tearing: Tearing, chance: Chance): Map<string, Buffer> {
  const names = new Names();
  const inodes = new Map<number, Inode>();
  for (const operation of trace) {
    names.see(operation);
    if (operation.kind === 'create') inodes.set(operation.file, { synced: Buffer.alloc(0), pending: [] });
    if (!('file' in operation)) continue;
    const inode = inodes.get(operation.file);
    if (!inode) throw new Error(`no file ${operation.file}`);
    if (operation.kind === 'sync') inode.synced = applied(inode.synced, inode.pending.splice(0));
    else inode.pending.push(operation);
  }
  const survived = names.after(tearing, chance);
  return new Map([...survived].map(([path, file]) => [path, torn(inodes.get(file), tearing, chance)]));
}

/** Puts an image into an empty folder. */
export function materialise(image: ReadonlyMap<string, Buffer>, folder: string): void {
  for (const [path, data] of image) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), data);
  }
}

/** Names of files; changes become durable in order, when a folder that one of them touched is synced. */
class Names {
  private readonly synced = new Map<string, number>();
  private pending: Operation[] = [];

  see(operation: Operation): void {
    const { kind } = operation;
    if (kind === 'create' || kind === 'rename' || kind === 'remove') this.pending.push(operation);
    if (kind !== 'syncFolder') return;
    const last = this.pending.findLastIndex((change) => touches(change, operation.path));
    for (const change of this.pending.splice(0, last + 1)) rename(this.synced, change);
  }

  after(tearing: Tearing, chance: Chance): Map<string, number> {
    const names = new Map(this.synced);
    const count = tearing === 'none' ? 0 : tearing === 'all' ? this.pending.length : chance(this.pending.length);
    for (const change of this.pending.slice(0, count)) rename(names, change);
    return names;
  }
}

function touches(change: Operation, folder: string): boolean {
  const paths = change.kind === 'rename' ? [change.from, change.to] : 'path' in change ? [change.path] : [];
  return paths.some((path) => dirname(path) === (folder || '.'));
}

function rename(names: Map<string, number>, change: Operation): void {
  if (change.kind === 'create') names.set(change.path, change.file);
  if (change.kind === 'remove') names.delete(change.path);
  if (change.kind !== 'rename') return;
  const file = names.get(change.from);
  names.delete(change.from);
  if (file !== undefined) names.set(change.to, file);
}

function torn(inode: Inode | undefined, tearing: Tearing, chance: Chance): Buffer {
  if (!inode) return Buffer.alloc(0);
  const { synced, pending } = inode;
  if (pending.length === 0 || tearing === 'none') return synced;
  if (tearing === 'all') return applied(synced, pending);
  const count = chance(pending.length);
  const [before, next] = [applied(synced, pending.slice(0, count)), pending[count]];
  if (next?.kind !== 'write') return before;
  const part = next.data.subarray(0, chance(next.data.length));
  if (tearing === 'prefix') return applied(before, [{ ...next, data: part }]);
  return tornSectors(before, applied(before, [next]), chance);
}

/** Each changed sector got to the disk or not, and the new size may have been kept without the data. */
function tornSectors(before: Buffer, after: Buffer, chance: Chance): Buffer {
  const size = chance(1) === 1 ? after.length : before.length + chance(Math.max(0, after.length - before.length));
  const image = Buffer.alloc(size);
  before.copy(image);
  for (let start = 0; start < size; start += SECTOR_BYTES) {
    if (chance(1) === 1) after.copy(image, start, start, Math.min(start + SECTOR_BYTES, size));
  }
  return image;
}

function applied(content: Buffer, operations: readonly Operation[]): Buffer {
  return operations.reduce((data, operation) => {
    const size =
      operation.kind === 'truncate'
        ? operation.size
        : operation.kind === 'write'
          ? Math.max(data.length, operation.position + operation.data.length)
          : data.length;
    const next = Buffer.alloc(size);
    data.copy(next);
    if (operation.kind === 'write') operation.data.copy(next, operation.position);
    return next;
  }, content);
}
