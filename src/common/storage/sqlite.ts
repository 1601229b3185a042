import type BetterSqlite3 from 'better-sqlite3';
import { DataSource, MigrationInterface } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';

export type Connection = BetterSqlite3.Database;
type Parameters = readonly (string | number | null)[];

/** A hand-written step of a schema; TypeORM runs those of a file in the order of the time in their class names. */
export type Migration = new () => MigrationInterface;

/** A statement that is prepared when it first runs on a connection, and for as long as that lives. */
export interface Statement<Row, P extends Parameters = Parameters> {
  get(...parameters: P): Row | undefined;
  all(...parameters: P): Row[];
  /** Rows one by one; leave the loop and the statement is reset. Nothing may be awaited inside it. */
  iterate(...parameters: P): IterableIterator<Row>;
  /** Runs it and returns how many rows changed. */
  run(...parameters: P): number;
}

/** A file as TypeORM has it open, and the driver's own connection: what is hot or synchronous runs on that. */
export interface OpenDatabase {
  source: DataSource;
  connection: Connection;
}

interface OpenOptions {
  path: string;
  /** The connection's pragmas. */
  session: readonly string[];
  readOnly?: boolean;
  migrations?: Migration[];
}

export async function openDatabase({ path, session, readOnly, migrations }: OpenOptions): Promise<OpenDatabase> {
  const source = new DataSource({
    type: 'better-sqlite3',
    database: path,
    migrations,
    prepareDatabase: (connection: Connection) => {
      for (const setting of session) connection.pragma(setting);
      if (readOnly) connection.pragma('query_only = ON');
    },
  });
  await source.initialize();
  const driver: Pick<BetterSqlite3Driver, 'databaseConnection'> = source.driver as BetterSqlite3Driver;
  return { source, connection: driver.databaseConnection as Connection };
}

/** A statement on whatever connection there is when it runs. */
export function statementOn<Row, P extends Parameters>(connection: () => Connection, sql: string): Statement<Row, P> {
  const prepared = new WeakMap<Connection, BetterSqlite3.Statement<unknown[], Row>>();
  const statement = (): BetterSqlite3.Statement<unknown[], Row> => {
    const on = connection();
    let known = prepared.get(on);
    if (!known) prepared.set(on, (known = on.prepare<unknown[], Row>(sql)));
    return known;
  };
  return {
    get: (...parameters) => statement().get(...parameters),
    all: (...parameters) => statement().all(...parameters),
    iterate: (...parameters) => statement().iterate(...parameters),
    run: (...parameters) => statement().run(...parameters).changes,
  };
}

/** SQLite's name for what went wrong, such as `SQLITE_FULL`; `undefined` for errors that are not SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

/** True for errors that say the file itself cannot be trusted any more. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error) ?? '');
}
