import { setImmediate as nextTurn } from 'node:timers/promises';
import { unavailable } from '../errors/domain-error.js';
import { Attempt, currentAttempt, outsideRequests } from '../idempotency/attempt.js';
import { DuckAnswers, Outcomes } from './duckdb-answers.js';
import type { Session } from './duckdb-session.js';
import { NOTHING_WRITTEN } from './record-writer.js';
import type { Refusals } from './refusals.js';

/** A transaction takes no more items than this; the others go into the next one. */
const TRANSACTION_MAX_ITEMS = 1000;

/** Writes items in the order in which they came and gives an answer for each. It has nothing left to refuse. */
export type Apply<I, R> = (transaction: Session, items: I[]) => Promise<R[]>;

interface Write {
  readonly apply: Apply<unknown, unknown>;
  readonly item: unknown;
  readonly attempt?: Attempt;
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
  private readonly answers = new DuckAnswers();

  constructor(private readonly options: WriterOptions) {}

  /** @throws Replay when the request has an `Idempotency-Key` and was answered before */
  write<I, R>(apply: Apply<I, R>, item: I): Promise<R> {
    const attempt = currentAttempt();
    return new Promise<R>((resolve, reject) => {
      const write = { apply, item, attempt, resolve, reject };
      this.waiting.push(write as unknown as Write);
      this.working ??= outsideRequests(() => this.work());
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
    let outcomes: Outcomes<Write>;
    try {
      if (this.dead) throw this.dead;
      const session = await this.options.session();
      outcomes = await inTransaction(session, () =>
        this.answers.once(session, writes, (fresh) => applyAll(session, fresh)),
      );
      await this.options.committed().catch((error: unknown) => this.failForGood(error));
    } catch (error) {
      this.options.refusals.note(error);
      const refusal = unavailable(NOTHING_WRITTEN, error);
      for (const { reject } of writes) reject(refusal);
      return;
    }
    this.options.refusals.noteSuccess();
    for (const [write, answer] of outcomes.answers) write.resolve(answer);
    for (const [write, error] of outcomes.refusals) write.reject(error);
  }

  /** The records are there and can be read, but nobody can say whether a power loss would leave them. */
  private failForGood(error: unknown): never {
    this.dead = new Error('the disk failed in a way that only a restart can recover from', { cause: error });
    this.options.onFatal(this.dead);
    throw this.dead;
  }
}

async function applyAll(session: Session, writes: Write[]): Promise<Map<Write, unknown>> {
  const answers = new Map<Write, unknown>();
  for (const [apply, group] of Map.groupBy(writes, (write) => write.apply)) {
    const results = await apply(
      session,
      group.map(({ item }) => item),
    );
    for (const [i, write] of group.entries()) answers.set(write, results[i]);
  }
  return answers;
}

async function inTransaction<T>(session: Session, run: () => Promise<T>): Promise<T> {
  await session.run('BEGIN');
  try {
    const result = await run();
    await session.run('COMMIT');
    return result;
  } catch (error) {
    // A failed commit has already rolled back, and says so again.
    await session.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
