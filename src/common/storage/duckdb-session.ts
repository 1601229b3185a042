import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { LRUCache } from 'lru-cache';
import { unavailable } from '../errors/domain-error.js';

/** To plan a statement takes longer than to run it; those that ran last are kept. */
const KEPT_STATEMENTS = 32;
/** After some failures to write DuckDB answers nothing any more until the file is opened anew. */
const BROKEN = /\bFATAL\b|database has been invalidated/i;

export const OUT_OF_USE = 'the records cannot be read at the moment';

/** What statements run on: the open transaction of the writer, or the connection for reading. */
export interface Session {
  /** Runs what gives no rows; without values it may be several statements. */
  run(sql: string, values?: DuckDBValue[], types?: DuckDBType[]): Promise<void>;
  rows<Row>(sql: string, values?: DuckDBValue[], types?: DuckDBType[]): Promise<Row[]>;
}

/** One connection, which runs one statement at a time. */
export class DuckSession implements Session {
  private isClosed = false;
  private readonly running = new Set<Promise<unknown>>();
  private readonly statements = new LRUCache<string, DuckDBPreparedStatement>({
    max: KEPT_STATEMENTS,
    dispose: (statement) => statement.destroySync(),
  });

  /** @param onBroken called when only opening the file anew can help */
  constructor(
    private readonly connection: DuckDBConnection,
    private readonly onBroken: () => void,
  ) {}

  async run(sql: string, values?: DuckDBValue[], types?: DuckDBType[]): Promise<void> {
    await this.watched(async () => {
      if (values) await (await this.bound(sql, values, types)).run();
      else await this.connection.run(sql);
    });
  }

  async rows<Row>(sql: string, values?: DuckDBValue[], types?: DuckDBType[]): Promise<Row[]> {
    const reader = await this.watched(async () =>
      values ? (await this.bound(sql, values, types)).runAndReadAll() : this.connection.runAndReadAll(sql),
    );
    return reader.getRowObjects() as Row[];
  }

  /** Waits for what runs, as closing under it would end the process. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.running);
    this.statements.clear();
    this.connection.closeSync();
  }

  private async bound(sql: string, values: DuckDBValue[], types?: DuckDBType[]): Promise<DuckDBPreparedStatement> {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = await this.connection.prepare(sql)));
    statement.bind(values, types);
    return statement;
  }

  private async watched<T>(run: () => Promise<T>): Promise<T> {
    if (this.isClosed) throw unavailable(OUT_OF_USE);
    const result = run();
    this.running.add(result);
    try {
      return await result;
    } catch (error) {
      if (!BROKEN.test(String(error))) throw error;
      this.onBroken();
      throw unavailable(OUT_OF_USE, error);
    } finally {
      this.running.delete(result);
    }
  }
}
