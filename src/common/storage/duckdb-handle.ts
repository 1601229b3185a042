import type { DuckDBInstance } from '@duckdb/node-api';
import { duckDriver } from './duckdb-driver.js';
import { DuckSession } from './duckdb-session.js';

/** So that a small VM has room for everything else. */
const OPTIONS = { threads: '2', memory_limit: '512MB' };

/** A DuckDB file that is open, with a connection for the writer and one for reading, which sees what is committed. */
export class DuckHandle {
  private constructor(
    private readonly instance: DuckDBInstance,
    readonly writing: DuckSession,
    readonly reading: DuckSession,
  ) {}

  /** @param onBroken called when only opening the file anew can help */
  static async open(path: string, onBroken: () => void): Promise<DuckHandle> {
    const instance = await duckDriver().DuckDBInstance.create(path, OPTIONS);
    const connect = async (): Promise<DuckSession> => new DuckSession(await instance.connect(), onBroken);
    return new DuckHandle(instance, await connect(), await connect());
  }

  async close(): Promise<void> {
    await Promise.all([this.writing.close(), this.reading.close()]);
    this.instance.closeSync();
  }
}
