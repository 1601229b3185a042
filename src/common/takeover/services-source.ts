import { Logger } from '@nestjs/common';
import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { StartError } from '../errors/start-error.js';
import type { Disk } from '../storage/disk.js';
import type { IdSource } from '../storage/id-source.js';
import type { ServicesDatabase } from '../storage/services-database.js';
import { sqliteCode } from '../storage/sqlite.js';
import { damaged } from './legacy-fields.js';
import { inheritedItems, Lists } from './legacy-items.js';
import { isDatabase, settle } from './legacy-rows.js';
import { checkItems, LegacySource, withProgress } from './legacy-source.js';
import { importedName } from './succession.js';
import type { TakenFiles } from './taken-files.js';

/** The tables that a file goes into. */
export interface ServicesTarget {
  /** Whether they hold nothing yet. */
  isEmpty(): boolean;
  /** Called within the transaction when all items are stored. */
  afterwards?(): void;
}

/** A predecessor's file whose items go into tables of `services.sqlite`, in one transaction with a note that they did. */
export class ServicesSource implements LegacySource {
  private readonly logger = new Logger('takeover');

  constructor(
    readonly path: string,
    private readonly lists: Lists,
    private readonly target: ServicesTarget,
    private readonly storage: { disk: Disk; ids: IdSource; database: ServicesDatabase; taken: TakenFiles },
  ) {}

  async finish(): Promise<void> {
    // What a crash leaves behind is the file itself, and the note that it was taken over.
  }

  isThere(): boolean {
    return existsSync(this.path);
  }

  async check(): Promise<void> {
    if (this.wasTaken()) return;
    if (!this.target.isEmpty()) {
      throw new StartError(
        `${this.path} is a predecessor's file, but services.sqlite has records of this kind already. Nothing was taken ` +
          `over; move one of the two out of the folder`,
      );
    }
    await checkItems(this.path, this.lists, this.storage.ids);
  }

  async take(): Promise<void> {
    const { database, disk } = this.storage;
    if (isDatabase(this.path)) settle(this.path);
    if (this.wasTaken()) this.logger.warn(`${basename(this.path)} was taken over before and is only renamed`);
    else await database.change(() => this.store());
    await disk.move(this.path, importedName(this.path));
  }

  private store(): void {
    const { taken } = this.storage;
    const digest = this.digest();
    for (const { store, place } of withProgress(
      `taking over ${basename(this.path)}`,
      inheritedItems(this.path, this.lists),
    )) {
      try {
        store?.();
      } catch (error) {
        if (!sqliteCode(error)?.startsWith('SQLITE_CONSTRAINT')) throw error;
        throw damaged(place, `contradicts what is there already (${(error as Error).message})`);
      }
    }
    this.target.afterwards?.();
    taken.note(basename(this.path), digest);
  }

  private wasTaken(): boolean {
    return this.storage.taken.has(basename(this.path), this.digest());
  }

  private digest(): string {
    return hash('sha256', readFileSync(this.path));
  }
}
