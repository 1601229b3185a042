import { existsSync } from 'node:fs';
import type { Disk } from '../storage/disk.js';

/**
 * How a file of ours takes the place of a predecessor's. It is written whole and synced under the name {@link part}; then
 * the predecessor's is renamed, which is the point of no return, and ours gets its name. A crash before that point leaves
 * everything as it was, one behind it leaves what {@link finish} needs.
 */
export class Succession {
  readonly part: string;

  /** @param companions suffixes of files that belong to the predecessor's, such as a write-ahead log */
  constructor(
    private readonly disk: Disk,
    private readonly legacy: string,
    private readonly own: string,
    private readonly companions: readonly string[] = [],
  ) {
    this.part = `${own}.part`;
  }

  /** Call it when {@link part} is whole. A file of ours that is there already must be empty. */
  async commit(): Promise<void> {
    if (this.own !== this.legacy) await this.disk.remove(this.own);
    await this.disk.move(this.legacy, importedName(this.legacy));
    await this.finish();
  }

  async finish(): Promise<void> {
    const isPending = existsSync(this.part) && existsSync(importedName(this.legacy));
    if (!isPending || existsSync(this.legacy) || existsSync(this.own)) return;
    for (const suffix of this.companions) {
      const companion = this.legacy + suffix;
      if (existsSync(companion)) await this.disk.move(companion, importedName(this.legacy) + suffix);
    }
    await this.disk.move(this.part, this.own);
  }
}

/** What a predecessor's file is called once it was taken over. */
export function importedName(path: string): string {
  return `${path}.imported`;
}
