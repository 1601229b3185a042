import { Logger } from '@nestjs/common';
import type BetterSqlite3 from 'better-sqlite3';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../built-thread.js';
import type { Connection } from './sqlite.js';

const WORKER = 'common/storage/checkpoint.worker.js';
/**
 * So many pages of 4 KiB are waited for. Most commits change the same pages again: the longer they stay in the write-ahead
 * log, the fewer are copied.
 */
const DUE_PAGES = 500;
const RESOURCES = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };

interface LogState {
  /** Pages in the write-ahead log. */
  log: number;
  /** How many of them are copied to the file. */
  checkpointed: number;
}

/**
 * Has the write-ahead log of a SQLite file copied to it by a thread, as that takes tens of milliseconds at once. The few
 * pages that are committed meanwhile are copied after a commit, with which the log begins anew. Where the thread does not
 * keep up, what the connection's own `wal_autocheckpoint` says is the limit.
 */
export class Checkpoints {
  private readonly logger = new Logger('storage');
  private readonly look: BetterSqlite3.Statement<[], LogState>;
  private readonly copyRest: BetterSqlite3.Statement<[]>;
  private thread?: Worker;
  private state: 'waiting' | 'copying' | 'copied' | 'over' = 'waiting';

  /** @param connection the one that writes */
  constructor(
    private readonly path: string,
    connection: Connection,
  ) {
    // See https://sqlite.org/pragma.html#pragma_wal_checkpoint
    this.look = connection.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.copyRest = connection.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** To be called after each commit, outside any transaction. */
  afterCommit(): void {
    if (this.state === 'copied') {
      this.state = 'waiting';
      this.finish();
    } else if (this.state === 'waiting' && this.isDue()) {
      this.state = 'copying';
      this.thread ??= this.start();
      this.thread.postMessage(undefined);
    }
  }

  async stop(): Promise<void> {
    this.state = 'over';
    await this.thread?.terminate();
  }

  private finish(): void {
    try {
      this.copyRest.get();
    } catch {
      // The commit stands all the same, and the log is copied another time.
    }
  }

  private isDue(): boolean {
    const { log = 0, checkpointed = 0 } = this.look.get() ?? {};
    return log - checkpointed >= DUE_PAGES;
  }

  private start(): Worker {
    const thread = startThread(WORKER, { workerData: this.path, resourceLimits: RESOURCES });
    thread.on('message', () => {
      if (this.state === 'copying') this.state = 'copied';
    });
    thread.on('error', (err: unknown) => {
      this.state = 'over';
      this.logger.warn({ err, msg: 'the thread that copies the write-ahead log has failed' });
    });
    return thread;
  }
}
