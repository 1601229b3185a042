import type { DuckDBTimestampValue, DuckDBValue } from '@duckdb/node-api';
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { unavailable } from '../errors/domain-error.js';
import { StartError } from '../errors/start-error.js';
import type { Disk } from './disk.js';
import { duckDriver } from './duckdb-driver.js';
import { DuckHandle } from './duckdb-handle.js';
import { migrate } from './duckdb-migrations.js';
import { OUT_OF_USE } from './duckdb-session.js';
import { Apply, DuckWriter } from './duckdb-writer.js';
import { Refusals } from './refusals.js';

/**
 * One DuckDB file, made when it is first needed. Writer and reader run one statement at a time each: a statement takes
 * one of the four threads of Node's pool, which the record logs' syncs need too.
 */
export class DuckDatabase {
  private handle?: Promise<DuckHandle>;
  private closing: Promise<void> = Promise.resolve();
  private lastRead: Promise<unknown> = Promise.resolve();
  readonly refusals: Refusals;
  /** Grows with each commit, before what it changed is answered. */
  version = 0;
  /** Called once when the disk has failed and the process should end. */
  onFatal: (error: Error) => void = () => undefined;
  private readonly writer: DuckWriter;

  constructor(
    private readonly path: string,
    private readonly migrations: readonly string[],
    private readonly disk: Disk,
  ) {
    this.refusals = new Refusals(basename(path));
    this.writer = new DuckWriter({
      refusals: this.refusals,
      onFatal: (error) => this.onFatal(error),
      session: async () => (await this.open()).writing,
      // DuckDB makes and removes its write-ahead log, and syncs the file but not its name.
      committed: () => {
        this.version += 1;
        return disk.syncFolder(dirname(path));
      },
    });
  }

  /**
   * Opens the file and brings its tables up to date.
   * @returns false when there is no file yet
   */
  async start(): Promise<boolean> {
    if (!existsSync(this.path)) return false;
    try {
      await this.open();
      return true;
    } catch (error) {
      await this.close();
      const problem = error instanceof StartError ? error.message : `cannot be opened: ${(error as Error).message}`;
      throw new StartError(`${this.path} ${problem}`, { cause: error });
    }
  }

  /** The rows of a query over what is committed. */
  read<Row>(sql: string, values: DuckDBValue[] = []): Promise<Row[]> {
    const rows = this.lastRead.then(async () => {
      const { reading } = await this.open().catch((error: unknown) => {
        throw unavailable(OUT_OF_USE, error);
      });
      return reading.rows<Row>(sql, values);
    });
    this.lastRead = rows.catch(() => undefined);
    return rows;
  }

  /**
   * Hands an item to `apply` when its turn comes, together with the others that wait for the same.
   * @throws DomainError `unavailable` when the disk refuses; then nothing has changed
   */
  write<I, R>(apply: Apply<I, R>, item: I): Promise<R> {
    return this.writer.write(apply, item);
  }

  /** Waits for what is under way; closing moves the last commits from the write-ahead log into the file. */
  async stop(): Promise<void> {
    await this.writer.idle();
    await this.lastRead;
    await this.close();
  }

  private open(): Promise<DuckHandle> {
    return (this.handle ??= this.openAnew());
  }

  private async openAnew(): Promise<DuckHandle> {
    try {
      await this.closing;
      // Before DuckDB opens it: a process that closes a file gives up its locks on it, whoever holds them.
      await this.disk.settle(`${this.path}.wal`);
      const handle = await DuckHandle.open(this.path, () => void this.close());
      await this.bringUpToDate(handle);
      return handle;
    } catch (error) {
      this.handle = undefined;
      throw error;
    }
  }

  private async bringUpToDate(handle: DuckHandle): Promise<void> {
    try {
      await migrate(handle.writing, this.migrations);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private close(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    if (handle) this.closing = handle.then((open) => open.close()).catch(() => undefined);
    return this.closing;
  }
}

/** A timestamp as it is on the wire, for a parameter. */
export function timestampOf(iso: string): DuckDBTimestampValue {
  return new (duckDriver().DuckDBTimestampValue)(BigInt(Date.parse(iso)) * 1000n);
}

/** What `epoch_ms` gives, as it is on the wire. */
export function isoOf(milliseconds: bigint): string {
  return new Date(Number(milliseconds)).toISOString();
}
