import type { DuckDBConnection, DuckDBInstance, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { unavailable } from '../errors/domain-error.js';
import { duckDriver } from './duckdb-driver.js';

/** So that a small VM has room for everything else. */
const OPTIONS = { threads: '2', memory_limit: '512MB' };
/** After some failures to write DuckDB answers nothing any more until the file is opened anew. */
const BROKEN = /\bFATAL\b|database has been invalidated/i;

export const OUT_OF_USE = 'the records cannot be read at the moment';

/** What statements run on: the open transaction of the writer, or the connection for reading. */
export interface Session {
  rows<Row>(sql: string, values?: DuckDBValue[], types?: DuckDBType[]): Promise<Row[]>;
}

/** A DuckDB file that is open, with a connection for the writer and one for reading, which sees what is committed. */
export class DuckHandle {
  readonly writing: Session;
  readonly reading: Session;
  private isClosed = false;
  private readonly running = new Set<Promise<unknown>>();

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connections: [writing: DuckDBConnection, reading: DuckDBConnection],
    private readonly onBroken: () => void,
  ) {
    this.writing = this.session(connections[0]);
    this.reading = this.session(connections[1]);
  }

  /** @param onBroken called when only opening the file anew can help */
  static async open(path: string, onBroken: () => void): Promise<DuckHandle> {
    const instance = await duckDriver().DuckDBInstance.create(path, OPTIONS);
    return new DuckHandle(instance, [await instance.connect(), await instance.connect()], onBroken);
  }

  /** Waits for the statements that run, as closing under them would end the process. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.running);
    for (const connection of this.connections) connection.closeSync();
    this.instance.closeSync();
  }

  private session(connection: DuckDBConnection): Session {
    return {
      rows: async <Row>(sql: string, values?: DuckDBValue[], types?: DuckDBType[]) => {
        if (this.isClosed) throw unavailable(OUT_OF_USE);
        const run = connection.runAndReadAll(sql, values, types);
        this.running.add(run);
        try {
          return (await run).getRowObjects() as Row[];
        } catch (error) {
          if (!BROKEN.test(String(error))) throw error;
          this.onBroken();
          throw unavailable(OUT_OF_USE, error);
        } finally {
          this.running.delete(run);
        }
      },
    };
  }
}
