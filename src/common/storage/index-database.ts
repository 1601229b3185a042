import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { FIRST_ANSWERS_TABLE } from './answer-table.js';
import { Checkpoints } from './checkpoints.js';
import { Connection, isDamage, OpenDatabase, openDatabase, Statement, statementOn } from './sqlite.js';

type Parameters = readonly (string | number | null)[];

const INDEX_FILE = 'index.sqlite';
const OWN_SCHEMA = `
  CREATE TABLE log_positions (
    log TEXT PRIMARY KEY, offset INTEGER NOT NULL, line_length INTEGER NOT NULL, line_crc INTEGER NOT NULL,
    batch INTEGER NOT NULL, lines INTEGER NOT NULL, largest_id TEXT NOT NULL
  ) WITHOUT ROWID;
  ${FIRST_ANSWERS_TABLE}`;
/** `synchronous=NORMAL` in WAL mode may lose the last commits in a power loss but never damages; the logs are the truth. */
const SESSION = ['journal_mode = WAL', 'synchronous = NORMAL', 'temp_store = MEMORY'];
/** A commit leaves the writer's pages as they are, so that it keeps them: so many KiB. A commit copies a log of so many pages if {@link Checkpoints} do not. */
const WRITER = { session: [...SESSION, 'cache_size = -8192', 'wal_autocheckpoint = 8000'] };
/** With each commit the reader forgets its pages: those of the first so many bytes it finds again without copying them. */
const READER = { session: [...SESSION, 'mmap_size = 67108864'], readOnly: true };
/** Fewer reads than these between two commits are not worth beginning the reader's transaction. */
const FEW_READS = 20;

/**
 * `index.sqlite`: the rows that answer queries over the record logs. Everything in it can be rebuilt from them.
 *
 * It has two connections: the writer's, inside whose open transaction a batch sees its own earlier results, and one
 * for reading, which sees only what is committed, that is: what is already durable in the logs.
 */
export class IndexDatabase {
  private writing?: OpenDatabase;
  private reading?: OpenDatabase;
  private checkpoints?: Checkpoints;
  private readsSinceCommit = 0;
  private changes = 0;
  private readonly changesOf = new Map<string, number>();

  private readonly beginStatement = this.write('BEGIN IMMEDIATE');
  private readonly commitStatement = this.write('COMMIT');
  private readonly path: string;

  constructor(private readonly dataDir: string) {
    this.path = join(dataDir, INDEX_FILE);
  }

  /** Opens the file; makes it anew when it is missing, damaged, or was made for other tables. */
  async open(tables: readonly string[]): Promise<void> {
    const schema = [OWN_SCHEMA, ...tables].join('\n');
    const version = createHash('sha256').update(schema).digest().readInt32BE();
    try {
      this.writing = await this.connect(WRITER);
      if (this.writing.connection.pragma('user_version', { simple: true }) === version) {
        this.reading = await this.connect(READER);
        return;
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    await this.close();
    this.discard();
    this.writing = await this.connect(WRITER);
    this.writing.connection.transaction(() => {
      this.writing?.connection.exec(schema);
      this.writing?.connection.pragma(`user_version = ${version}`);
    })();
    this.reading = await this.connect(READER);
  }

  /** A statement for use inside a batch; it sees the batch's earlier results. */
  write<Row = unknown, P extends Parameters = Parameters>(sql: string): Statement<Row, P> {
    return statementOn(() => this.connection(this.writing), sql);
  }

  /** A statement for requests; it sees what is committed. */
  read<Row = unknown, P extends Parameters = Parameters>(sql: string): Statement<Row, P> {
    return statementOn(() => this.view(), sql);
  }

  begin(): void {
    this.beginStatement.run();
  }

  /**
   * @param logs those whose tables may have changed; all of them when not given
   */
  commit(logs?: readonly string[]): void {
    // Also what lets the write-ahead log begin anew: a reader that stayed would keep it growing.
    this.leaveView();
    this.commitStatement.run();
    this.readsSinceCommit = 0;
    if (!logs) this.changes += 1;
    else for (const log of logs) this.changesOf.set(log, (this.changesOf.get(log) ?? 0) + 1);
    this.checkpoints ??= new Checkpoints(this.path, this.connection(this.writing));
    this.checkpoints.afterCommit();
  }

  /** Grows in the very turn in which reads begin to see something else of a log's tables. */
  version(log: string): number {
    return this.changes + (this.changesOf.get(log) ?? 0);
  }

  /** Also right after SQLite has rolled back by itself, as it does when its disk is full. */
  rollback(): void {
    const connection = this.connection(this.writing);
    if (connection.inTransaction) connection.exec('ROLLBACK');
  }

  async close(): Promise<void> {
    this.leaveView();
    await this.checkpoints?.stop();
    await this.reading?.source.destroy();
    if (this.writing?.source.isInitialized) await this.writing.source.destroy();
    this.reading = this.writing = this.checkpoints = undefined;
  }

  /** Removes the file, so that the next start rebuilds it. */
  discard(): void {
    discardIndex(this.dataDir);
  }

  private connect(options: typeof WRITER | typeof READER): Promise<OpenDatabase> {
    return openDatabase({ path: this.path, ...options });
  }

  /**
   * During a batch, and when there are many, all reads share a transaction of the reading connection, as to take its
   * locks and to find its pages anew costs more than to find a row. A few between two batches use the writer's
   * connection, which has the pages that were changed last.
   */
  private view(): Connection {
    const [writer, reader] = [this.connection(this.writing), this.connection(this.reading)];
    if (reader.inTransaction) return reader;
    if (!writer.inTransaction && ++this.readsSinceCommit <= FEW_READS) return writer;
    reader.exec('BEGIN');
    return reader;
  }

  private leaveView(): void {
    if (this.reading?.connection.inTransaction) this.reading.connection.exec('COMMIT');
  }

  private connection(open: OpenDatabase | undefined): Connection {
    if (!open) throw new Error('the index is not open');
    return open.connection;
  }
}

/** Removes the index of a data folder; the next start rebuilds it from the logs. */
export function discardIndex(dataDir: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, INDEX_FILE + suffix), { force: true });
}
