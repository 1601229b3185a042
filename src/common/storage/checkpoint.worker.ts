/** Copies a write-ahead log to its file, and says when that is done, whenever it is told to. */

import BetterSqlite3 from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';

/** Commits go on meanwhile: the later a pass, the less it has to copy. */
const PASSES = 3;

const connection = new BetterSqlite3(workerData as string, { fileMustExist: true });
connection.pragma('synchronous = NORMAL');
const pass = connection.prepare('PRAGMA wal_checkpoint(PASSIVE)');

parentPort?.on('message', () => {
  try {
    for (let i = 0; i < PASSES; i += 1) pass.get();
  } catch {
    // The log stays, and is copied another time, as when SQLite itself fails to do so after a commit.
  }
  parentPort?.postMessage(undefined);
});
