import { relative } from 'node:path';
import { Disk, DiskFile } from '../../../src/common/storage/disk.js';

/** What was asked of the disk, in order; paths are relative to its root, a file keeps its number when it is renamed. */
export type Operation =
  | { kind: 'create'; path: string; file: number }
  | { kind: 'rename'; from: string; to: string }
  | { kind: 'remove'; path: string }
  | { kind: 'syncFolder'; path: string }
  | { kind: 'write'; file: number; position: number; data: Buffer }
  | { kind: 'truncate'; file: number; size: number }
  | { kind: 'sync'; file: number };

/** A real disk that remembers what was done to it, so that a power loss at any moment can be shown; see `crash-image.ts`. */
export class RecordingDisk extends Disk {
  /** How many bytes the next write still takes before the disk is full; unset to heal it. */
  room?: number;
  private readonly files = new Map<string, number>();

  /** @param trace what was done before, also by an earlier process, under the same relative paths */
  constructor(
    private readonly root: string,
    readonly trace: Operation[] = [],
  ) {
    super();
    for (const operation of trace) this.name(operation);
  }

  override async open(path: string): Promise<DiskFile> {
    const name = this.nameOf(path);
    if (!this.files.has(name)) this.note({ kind: 'create', path: name, file: this.trace.length });
    const file = this.files.get(name) ?? 0;
    const real = await super.open(path);
    return {
      ...real,
      write: async (data, position) => {
        const taken = data.subarray(0, this.room ?? data.length);
        this.note({ kind: 'write', file, position, data: Buffer.from(taken) });
        await real.write(taken, position);
        if (taken.length < data.length) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      },
      truncate: async (size) => {
        this.note({ kind: 'truncate', file, size });
        await real.truncate(size);
      },
      // Only what it returned from is synced, so this is noted at the end; all others count from their beginning.
      sync: async () => {
        await Promise.resolve();
        this.note({ kind: 'sync', file });
      },
    };
  }

  override async move(from: string, to: string): Promise<void> {
    this.note({ kind: 'rename', from: this.nameOf(from), to: this.nameOf(to) });
    await super.move(from, to);
  }

  override async remove(path: string): Promise<void> {
    if (this.files.has(this.nameOf(path))) this.note({ kind: 'remove', path: this.nameOf(path) });
    await super.remove(path);
  }

  override syncFolder(path: string): Promise<void> {
    this.note({ kind: 'syncFolder', path: this.nameOf(path) });
    return Promise.resolve();
  }

  private note(operation: Operation): void {
    this.trace.push(operation);
    this.name(operation);
  }

  private name(operation: Operation): void {
    if (operation.kind === 'create') this.files.set(operation.path, operation.file);
    if (operation.kind === 'remove') this.files.delete(operation.path);
    if (operation.kind !== 'rename') return;
    const file = this.files.get(operation.from);
    this.files.delete(operation.from);
    if (file !== undefined) this.files.set(operation.to, file);
  }

  private nameOf(path: string): string {
    return relative(this.root, path);
  }
}
