import { Injectable, Logger } from '@nestjs/common';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Clock } from '../clock.js';
import { Config } from '../config/config.js';
import { StartError } from '../errors/start-error.js';
import { Disk } from '../storage/disk.js';
import { IdSource } from '../storage/id-source.js';
import { ServicesDatabase } from '../storage/services-database.js';
import type { Lists } from './legacy-items.js';
import type { LegacySource } from './legacy-source.js';
import { LogSource } from './log-source.js';
import { ServicesSource, ServicesTarget } from './services-source.js';
import { importedName } from './succession.js';
import { TakenFiles } from './taken-files.js';

/** What sources need of the storage. */
@Injectable()
export class TakeoverStorage {
  readonly taken: TakenFiles;

  constructor(
    readonly disk: Disk,
    readonly ids: IdSource,
    readonly database: ServicesDatabase,
    clock: Clock,
  ) {
    this.taken = new TakenFiles(database, clock);
  }
}

/**
 * Takes over the data folder of a predecessor: each service says which of its files it knows, and how what they hold
 * becomes what it keeps itself.
 */
@Injectable()
export class Takeover {
  private readonly logger = new Logger('takeover');
  private readonly sources: LegacySource[] = [];

  constructor(
    private readonly config: Config,
    private readonly storage: TakeoverStorage,
  ) {}

  /** The file becomes the record log of this name. */
  intoLog(file: string, log: string, lists: Lists): void {
    this.sources.push(new LogSource(this.pathOf(file), this.pathOf(`${log}.jsonl`), lists, this.storage));
  }

  /** The file goes into tables of `services.sqlite`, which must be empty. */
  intoServices(file: string, lists: Lists, target: ServicesTarget): void {
    this.sources.push(new ServicesSource(this.pathOf(file), lists, target, this.storage));
  }

  /** The file has a way of its own. */
  define(file: string, source: (path: string, storage: TakeoverStorage) => LegacySource): void {
    this.sources.push(source(this.pathOf(file), this.storage));
  }

  /**
   * Takes over what is there. All of it is checked before any of it is; whatever moment it is interrupted at, the next
   * run goes on.
   * @throws StartError that names file and place of what cannot be taken over
   */
  async run(): Promise<void> {
    for (const source of this.sources) await source.finish();
    const found: LegacySource[] = [];
    for (const source of this.sources) if (await source.isThere()) found.push(source);
    for (const source of found) {
      refuseToOverwrite(importedName(source.path));
      await source.check();
    }
    for (const source of found) await this.take(source);
  }

  private async take(source: LegacySource): Promise<void> {
    const file = basename(source.path);
    try {
      await source.take();
    } catch (error) {
      if (error instanceof StartError) throw error;
      const { message, cause } = error as Error;
      const why = cause instanceof Error ? `${message} (${cause.message})` : message;
      throw new StartError(`${source.path} could not be taken over: ${why}`, { cause: error });
    }
    this.logger.log(`took over ${file}, which is now called ${basename(importedName(file))}`);
  }

  private pathOf(file: string): string {
    return join(this.config.dataDir, file);
  }
}

function refuseToOverwrite(path: string): void {
  if (!existsSync(path)) return;
  throw new StartError(`${path} is there already, from an earlier takeover. Nothing was taken over; move it elsewhere`);
}
