import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { StartError } from '../errors/start-error.js';
import type { Disk } from '../storage/disk.js';
import type { IdSource } from '../storage/id-source.js';
import { writeLogFile } from '../storage/log-file.js';
import { isUnsealed, readLine } from '../storage/log-line.js';
import { rawLines } from '../storage/log-scan.js';
import type { FreshStart } from '../storage/projection.js';
import { inheritedItems, Lists } from './legacy-items.js';
import { checkItems, LegacySource, withProgress } from './legacy-source.js';
import { Succession } from './succession.js';

/** How every line of ours begins. */
const BEGINNING = '{"id":"';

/** A predecessor's file whose items become a record log, which may have the same name. */
export class LogSource implements LegacySource {
  private readonly succession: Succession;

  constructor(
    readonly path: string,
    private readonly own: string,
    private readonly lists: Lists,
    private readonly storage: { disk: Disk; ids: IdSource },
  ) {
    this.succession = new Succession(storage.disk, path, own);
  }

  finish(): Promise<void> {
    return this.succession.finish();
  }

  isThere(): boolean {
    return existsSync(this.path) && (this.path !== this.own || isPredecessors(this.path));
  }

  async check(): Promise<void> {
    if (this.path !== this.own && existsSync(this.own) && statSync(this.own).size > 0) {
      throw new StartError(
        `${this.path} is a predecessor's file, but ${basename(this.own)} has records of its own. Nothing was taken over; ` +
          `move one of the two out of the folder`,
      );
    }
    await checkItems(this.path, this.lists, this.storage.ids);
  }

  async take(): Promise<void> {
    const { disk } = this.storage;
    await writeLogFile(disk, this.succession.part, this.records(), 1);
    await this.succession.commit();
  }

  private *records(): Iterable<object> {
    const imported = basename(this.path);
    const first: FreshStart = { imported, id: this.storage.ids.next() };
    yield first;
    const items = inheritedItems(this.path, this.lists);
    for (const { record } of withProgress(`taking over ${imported}`, items)) yield record;
  }
}

/** True unless a line shows that this server has written to the file: then it goes on as it is. */
function isPredecessors(path: string): boolean {
  let count = 0;
  for (const { bytes, isComplete } of rawLines(path)) {
    count += 1;
    if (!isUnsealed(bytes) || (count === 1 && !isComplete && isTornBeginning(bytes))) return false;
  }
  return count > 0;
}

/** The first line of ours that a crash cut off before its seal. */
function isTornBeginning(bytes: Buffer): boolean {
  const beginning = bytes.toString('latin1', 0, BEGINNING.length);
  return !readLine(bytes) && (BEGINNING.startsWith(beginning) || beginning.startsWith('\0'));
}
