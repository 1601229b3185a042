import Database from 'better-sqlite3';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../errors/start-error.js';

const LOCK_FILE = 'lock.sqlite';

/**
 * Makes this process the only owner of a data folder. The lock is a file lock that SQLite holds in an open
 * exclusive transaction, so the operating system lets go of it when the process dies, however it dies.
 */
export class DataDirLock {
  private constructor(private readonly database: Database.Database) {}

  /** @throws StartError when another process owns the folder, or it cannot be made or written. */
  static acquire(dataDir: string): DataDirLock {
    try {
      mkdirSync(dataDir, { recursive: true });
      const database = new Database(join(dataDir, LOCK_FILE), { timeout: 0 });
      database.exec('BEGIN EXCLUSIVE');
      return new DataDirLock(database);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'SQLITE_BUSY') {
        throw new StartError(`DATA_DIR ${dataDir} is in use by another process; stop it, or choose another DATA_DIR`);
      }
      throw new StartError(`DATA_DIR ${dataDir} cannot be used: ${(error as Error).message}`);
    }
  }

  release(): void {
    this.database.close();
  }
}
