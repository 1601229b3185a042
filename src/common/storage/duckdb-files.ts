import { Injectable } from '@nestjs/common';
import { join } from 'node:path';
import { Config } from '../config/config.js';
import { Disk } from './disk.js';
import { DuckDatabase } from './duckdb.js';
import { IdSource } from './id-source.js';
import type { Refusals } from './refusals.js';

export interface DuckDefinition {
  /** Name of the file in the data folder. */
  file: string;
  /** SQL that leads from an empty file to the present tables, a step each. */
  migrations: readonly string[];
  /** Tables whose column `id` holds ids of {@link IdSource}. */
  idTables: readonly string[];
}

/** The DuckDB files of a data folder; repositories define theirs while the application is put together. */
@Injectable()
export class DuckFiles {
  /** Called when the disk has failed and the process should end. */
  onFatal: (error: Error) => void = () => undefined;

  private readonly files: { database: DuckDatabase; idTables: readonly string[] }[] = [];

  constructor(
    private readonly config: Config,
    private readonly disk: Disk,
    private readonly ids: IdSource,
  ) {}

  get refusals(): Refusals[] {
    return this.files.map(({ database }) => database.refusals);
  }

  define({ file, migrations, idTables }: DuckDefinition): DuckDatabase {
    const database = new DuckDatabase(join(this.config.dataDir, file), migrations, this.disk);
    database.onFatal = (error) => this.onFatal(error);
    this.files.push({ database, idTables });
    return database;
  }

  /** Opens every file that is there; from now on ids are larger than those in them. */
  async start(): Promise<void> {
    for (const { database, idTables } of this.files) {
      if (!(await database.start())) continue;
      for (const table of idTables) {
        // Those that came from a predecessor may have another form.
        const [row] = await database.read<{ id: string | null }>(
          `SELECT max(id) AS id FROM ${table} WHERE regexp_full_match(id, '[0-7][0-9A-HJKMNP-TV-Z]{25}')`,
        );
        this.ids.seed(row?.id ?? '');
      }
    }
  }

  /** Waits for what is under way and closes everything. */
  async stop(): Promise<void> {
    for (const { database } of this.files) await database.stop();
  }
}
