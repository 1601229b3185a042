import type BetterSqlite3 from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';

type Connection = BetterSqlite3.Database;
type Parameters = readonly (string | number | null)[];

/** A statement that is prepared when it first runs and for as long as its connection lives. */
export interface Statement<Row, P extends Parameters> {
  get(...parameters: P): Row | undefined;
  all(...parameters: P): Row[];
  /** Rows one by one; leave the loop and the statement is reset. Nothing may be awaited inside it. */
  iterate(...parameters: P): IterableIterator<Row>;
  /** Runs it and returns how many rows changed. */
  run(...parameters: P): number;
}

const INDEX_FILE = 'index.sqlite';
const POSITIONS_SCHEMA = `
  CREATE TABLE log_positions (
    log TEXT PRIMARY KEY, offset INTEGER NOT NULL, line_length INTEGER NOT NULL, line_crc INTEGER NOT NULL,
    batch INTEGER NOT NULL, lines INTEGER NOT NULL
  );
  CREATE TABLE index_state (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), largest_id TEXT NOT NULL);
  INSERT INTO index_state VALUES (1, '');`;
/** `synchronous=NORMAL` in WAL mode may lose the last commits in a power loss but never damages; the logs are the truth. */
const SESSION = ['journal_mode = WAL', 'synchronous = NORMAL', 'mmap_size = 268435456', 'temp_store = MEMORY'];

/**
 * `index.sqlite`: the rows that answer queries over the record logs. Everything in it can be rebuilt from them.
 *
 * It has two connections: the writer's, inside whose open transaction a batch sees its own earlier results, and one
 * for reading, which sees only what is committed, that is: what is already durable in the logs.
 */
export class IndexDatabase {
  private writing?: { source: DataSource; connection: Connection };
  private reading?: { source: DataSource; connection: Connection };

  private readonly beginStatement = this.write('BEGIN IMMEDIATE');
  private readonly commitStatement = this.write('COMMIT');
  private readonly path: string;

  constructor(private readonly dataDir: string) {
    this.path = join(dataDir, INDEX_FILE);
  }

  /** Opens the file; makes it anew when it is missing, damaged, or was made for other tables. */
  async open(tables: readonly string[]): Promise<void> {
    const schema = [POSITIONS_SCHEMA, ...tables].join('\n');
    const version = createHash('sha256').update(schema).digest().readInt32BE();
    try {
      this.writing = await connect(this.path, false);
      if (this.writing.connection.pragma('user_version', { simple: true }) === version) {
        this.reading = await connect(this.path, true);
        return;
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    await this.close();
    this.discard();
    this.writing = await connect(this.path, false);
    this.writing.connection.transaction(() => {
      this.writing?.connection.exec(schema);
      this.writing?.connection.pragma(`user_version = ${version}`);
    })();
    this.reading = await connect(this.path, true);
  }

  /** A statement for use inside a batch; it sees the batch's earlier results. */
  write<Row = unknown, P extends Parameters = Parameters>(sql: string): Statement<Row, P> {
    return lazy(() => this.connection(this.writing), sql);
  }

  /** A statement for requests; it sees what is committed. */
  read<Row = unknown, P extends Parameters = Parameters>(sql: string): Statement<Row, P> {
    return lazy(() => this.connection(this.reading), sql);
  }

  begin(): void {
    this.beginStatement.run();
  }

  commit(): void {
    this.commitStatement.run();
  }

  /** Also right after SQLite has rolled back by itself, as it does when its disk is full. */
  rollback(): void {
    const connection = this.connection(this.writing);
    if (connection.inTransaction) connection.exec('ROLLBACK');
  }

  async close(): Promise<void> {
    await this.reading?.source.destroy();
    if (this.writing?.source.isInitialized) await this.writing.source.destroy();
    this.reading = this.writing = undefined;
  }

  /** Removes the file, so that the next start rebuilds it. */
  discard(): void {
    discardIndex(this.dataDir);
  }

  private connection(open: { connection: Connection } | undefined): Connection {
    if (!open) throw new Error('the index is not open');
    return open.connection;
  }
}

/** Removes the index of a data folder; the next start rebuilds it from the logs. */
export function discardIndex(dataDir: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, INDEX_FILE + suffix), { force: true });
}

/** True for errors that say the index file itself cannot be trusted any more. */
export function isDamage(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^SQLITE_(CORRUPT|NOTADB)/.test(code);
}

async function connect(path: string, readOnly: boolean): Promise<{ source: DataSource; connection: Connection }> {
  const source = new DataSource({
    type: 'better-sqlite3',
    database: path,
    prepareDatabase: (connection: Connection) => {
      for (const setting of SESSION) connection.pragma(setting);
      if (readOnly) connection.pragma('query_only = ON');
    },
  });
  await source.initialize();
  return { source, connection: driverOf(source).databaseConnection as Connection };
}

/** The driver's own connection: batches are synchronous and hot, which TypeORM's runners are not. */
function driverOf(source: DataSource): Pick<BetterSqlite3Driver, 'databaseConnection'> {
  return source.driver as BetterSqlite3Driver;
}

function lazy<Row, P extends Parameters>(connection: () => Connection, sql: string): Statement<Row, P> {
  let prepared: { on: Connection; statement: BetterSqlite3.Statement<unknown[], Row> } | undefined;
  const statement = (): BetterSqlite3.Statement<unknown[], Row> => {
    const on = connection();
    if (prepared?.on !== on) prepared = { on, statement: on.prepare<unknown[], Row>(sql) };
    return prepared.statement;
  };
  return {
    get: (...parameters) => statement().get(...parameters),
    all: (...parameters) => statement().all(...parameters),
    iterate: (...parameters) => statement().iterate(...parameters),
    run: (...parameters) => statement().run(...parameters).changes,
  };
}
