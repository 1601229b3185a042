import { setImmediate as nextTurn } from 'node:timers/promises';
import { unavailable } from '../errors/domain-error.js';
import type { Session } from './duckdb-handle.js';
import { NOTHING_WRITTEN } from './record-writer.js';
import type { Refusals } from './refusals.js';

/** A transaction takes no more items than this; the others go into the next one. */
const TRANSACTION_MAX_ITEMS = 1000;

/** Writes items in the order in which they came and gives an answer for each. It has nothing left to refuse. */
export type Apply<I, R> = (transaction: Session, items: I[]) => Promise<R[]>;

interface Write {
  readonly apply: Apply<unknown, unknown>;
  readonly item: unknown;
  resolve: (answer: unknown) => void;
  reject: (error: unknown) => void;
}

interface WriterOptions {
  session(): Promise<Session>;
  /** Makes durable what the commit itself does not. */
  committed(): Promise<void>;
  refusals: Refusals;
  /** Called once when what the disk holds is not known any more. */
  onFatal(error: Error): void;
}

/**
 * The only writer of a DuckDB file. What waits becomes one transaction; what arrives meanwhile is the next one. DuckDB
 * writes a transaction to its write-ahead log and syncs that before `COMMIT` returns, and only then come the answers.
 */
export class DuckWriter {
  private waiting: Write[] = [];
  private working?: Promise<void>;
  private dead?: Error;

  constructor(private readonly options: WriterOptions) {}

  write<I, R>(apply: Apply<I, R>, item: I): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const write = { apply, item, resolve, reject };
      this.waiting.push(write as unknown as Write);
      this.working ??= this.work();
    });
  }

  /** Resolves when nothing waits and nothing is being written. */
  async idle(): Promise<void> {
    while (this.working) await this.working;
  }

  private async work(): Promise<void> {
    try {
      // What the same turn of the event loop brings joins the first transaction.
      await nextTurn();
      while (this.waiting.length > 0) await this.commit(this.waiting.splice(0, TRANSACTION_MAX_ITEMS));
    } finally {
      // In the very turn that found nothing waiting: a write that comes later must start the work anew.
      this.working = undefined;
    }
  }

  private async commit(writes: Write[]): Promise<void> {
    const answers = new Map<Write, unknown>();
    try {
      if (this.dead) throw this.dead;
      const session = await this.options.session();
      await inTransaction(session, async () => {
        for (const [apply, group] of Map.groupBy(writes, (write) => write.apply)) {
          const results = await apply(
            session,
            group.map(({ item }) => item),
          );
          for (const [i, write] of group.entries()) answers.set(write, results[i]);
        }
      });
      await this.options.committed().catch((error: unknown) => this.failForGood(error));
    } catch (error) {
      this.options.refusals.note(error);
      const refusal = unavailable(NOTHING_WRITTEN, error);
      for (const { reject } of writes) reject(refusal);
      return;
    }
    this.options.refusals.noteSuccess();
    for (const write of writes) write.resolve(answers.get(write));
  }

  /** The records are there and can be read, but nobody can say whether a power loss would leave them. */
  private failForGood(error: unknown): never {
    this.dead = new Error('the disk failed in a way that only a restart can recover from', { cause: error });
    this.options.onFatal(this.dead);
    throw this.dead;
  }
}

async function inTransaction(session: Session, run: () => Promise<void>): Promise<void> {
  await session.rows('BEGIN');
  try {
    await run();
    await session.rows('COMMIT');
  } catch (error) {
    // A failed commit has already rolled back, and says so again.
    await session.rows('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
