import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { Logger } from '@nestjs/common';
import { StartError } from '../errors/start-error.js';
import { DuckHandle } from '../storage/duckdb-handle.js';
import type { Session } from '../storage/duckdb-session.js';
import { migrate } from '../storage/duckdb-migrations.js';
import type { Disk } from '../storage/disk.js';
import { damaged } from './legacy-fields.js';
import { LEGACY, LegacyColumn, LegacyTable, TableReading } from './duckdb-table.js';
import type { LegacySource } from './legacy-source.js';
import { Succession } from './succession.js';

/** What stands beside a DuckDB file while it is open, or after its process died. */
const WRITE_AHEAD_LOG = '.wal';
const SPILLED = '.tmp';

/** A predecessor's DuckDB file, which has the name of ours: its rows are copied into a new one that takes its place. */
export class DuckSource implements LegacySource {
  private readonly logger = new Logger('takeover');
  private readonly succession: Succession;

  constructor(
    readonly path: string,
    private readonly disk: Disk,
    private readonly migrations: readonly string[],
    private readonly tables: readonly LegacyTable[],
  ) {
    this.succession = new Succession(disk, path, path, [WRITE_AHEAD_LOG]);
  }

  finish(): Promise<void> {
    return this.succession.finish();
  }

  async isThere(): Promise<boolean> {
    if (!existsSync(this.path)) return false;
    return this.reading(async (session) => {
      const names = new Set(await tableNames(session));
      return !names.has('schema_version') && this.tables.some(({ from }) => names.has(from));
    });
  }

  async check(): Promise<void> {
    await this.reading(async (session) => {
      for (const table of await this.readings(session)) {
        for (const { sql, problem } of table.checks()) {
          const [row] = await session.rows<{ id: string | null; wrong: string | null }>(sql);
          if (row) throw damaged(`${this.path}: table ${table.from}: the row with id ${row.id}`, problem(row.wrong));
        }
      }
    });
  }

  async take(): Promise<void> {
    const { part } = this.succession;
    for (const suffix of ['', WRITE_AHEAD_LOG, SPILLED]) await rm(part + suffix, { recursive: true, force: true });
    const handle = await DuckHandle.open(part, () => undefined);
    try {
      const session = handle.writing;
      await migrate(session, this.migrations);
      await attach(session, this.path);
      for (const table of await this.readings(session)) {
        await session.run(table.copy());
        this.tellOf(table);
      }
      await session.run('CHECKPOINT');
    } finally {
      await handle.close();
    }
    const file = await this.disk.open(part);
    await file.sync();
    await file.close();
    await this.succession.commit();
  }

  private tellOf({ from, unread }: TableReading): void {
    if (unread.length === 0) return;
    const file = basename(this.path);
    this.logger.warn(`${file}: columns of ${from} that have no place here stay in the old file: ${unread.join(', ')}`);
  }

  /** Runs something that sees the predecessor's tables and cannot change them. */
  private async reading<T>(run: (session: Session) => Promise<T>): Promise<T> {
    const handle = await DuckHandle.open(':memory:', () => undefined);
    try {
      await attach(handle.writing, this.path).catch((error: unknown) => {
        throw new StartError(`${this.path} cannot be opened: ${(error as Error).message}`, { cause: error });
      });
      return await run(handle.writing);
    } finally {
      await handle.close();
    }
  }

  /** The tables that are there, and how each is to be read. */
  private async readings(session: Session): Promise<TableReading[]> {
    const names = await tableNames(session);
    const readings: TableReading[] = [];
    for (const table of this.tables.filter(({ from }) => names.includes(from))) {
      const columns = await session.rows<LegacyColumn>(COLUMNS, [table.from]);
      readings.push(new TableReading(table, columns, `${this.path}: table ${table.from}`));
    }
    return readings;
  }
}

async function attach(session: Session, path: string): Promise<void> {
  await session.run("SET TimeZone = 'UTC'");
  await session.run(`ATTACH '${path.replaceAll("'", "''")}' AS ${LEGACY} (READ_ONLY)`);
}

async function tableNames(session: Session): Promise<string[]> {
  const rows = await session.rows<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_catalog = '${LEGACY}' AND table_schema = 'main'`,
  );
  return rows.map(({ name }) => name);
}

const COLUMNS = `SELECT column_name AS name, data_type AS type FROM information_schema.columns
  WHERE table_catalog = '${LEGACY}' AND table_schema = 'main' AND table_name = $1 ORDER BY ordinal_position`;
