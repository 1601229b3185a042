import { setImmediate as nextTurn } from 'node:timers/promises';
import { unavailable } from '../errors/domain-error.js';
import { currentAttempt, outsideRequests } from '../idempotency/attempt.js';
import type { AnswerTable } from './answer-table.js';
import { NOTHING_WRITTEN } from './record-writer.js';
import { Refusals } from './refusals.js';
import { sqliteCode } from './sqlite.js';

/** A transaction holds up everything else in the process; what waits longer than this goes into the next one. */
const TRANSACTION_MAX_MS = 50;
/** Stands in the place of a log's name. */
const SERVICES = 'services';

/** Has something told to everyone as soon as the change is durable and visible. */
export type Announce = (tell: () => void) => void;

/** The writing connection, as the writer needs it. */
export interface WritableDatabase {
  /** Runs SQL that gives no rows. */
  exec(sql: string): void;
  readonly inTransaction: boolean;
  /** Runs at the end of each transaction that changed something. */
  beforeCommit(): void;
}

interface Change {
  decide(announce: Announce): void;
  answer(): void;
  fail(error: unknown): void;
}

/**
 * The only writer of a database. Changes that wait share a transaction, so that one sync of the disk serves them all.
 * It is one synchronous block: no other statement can run inside it, and the announcements come in the very turn in
 * which readers begin to see what they tell of.
 */
export class ServicesWriter {
  readonly refusals = new Refusals('services.sqlite');
  private waiting: Change[] = [];
  private working?: Promise<void>;
  private dead?: Error;

  constructor(
    private readonly database: WritableDatabase,
    private readonly answers: AnswerTable,
    private readonly onFatal: (error: Error) => void,
  ) {}

  /**
   * Runs `decide` when its turn comes. It is synchronous; where it throws, nothing of it remains, and what it returns
   * is the answer, given once it is durable. The first change of a request with an `Idempotency-Key` keeps both.
   * @throws Replay when that request was answered before
   * @throws DomainError `unavailable` when the disk refuses; then nothing has changed
   */
  change<T>(decide: (announce: Announce) => T): Promise<T> {
    const attempt = currentAttempt();
    return new Promise<T>((resolve, reject) => {
      let settle: () => void;
      this.waiting.push({
        decide: (announce) => {
          const replay = attempt && this.answers.replayOf(attempt);
          if (replay && !attempt.isKept) {
            settle = () => reject(replay);
            return;
          }
          const answer = decide(announce);
          if (attempt && !replay) {
            this.answers.keep(SERVICES, attempt.answeredWith(answer));
            attempt.isKept = true;
          }
          settle = () => resolve(answer);
        },
        answer: () => settle(),
        fail: reject,
      });
      this.working ??= outsideRequests(() => this.work());
    });
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.working) await this.working;
  }

  private async work(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        // What the same turn of the event loop brings joins the transaction.
        await nextTurn();
        this.commit();
      }
    } finally {
      this.working = undefined;
    }
  }

  private commit(): void {
    const taken: Change[] = [];
    const accepted: Change[] = [];
    const tellings: (() => void)[] = [];
    try {
      if (this.dead) throw this.dead;
      this.database.exec('BEGIN IMMEDIATE');
      const end = performance.now() + TRANSACTION_MAX_MS;
      for (let change = this.waiting.shift(); change; change = this.waiting.shift()) {
        taken.push(change);
        if (this.decide(change, tellings)) accepted.push(change);
        if (performance.now() > end) break;
      }
      if (accepted.length > 0) this.database.beforeCommit();
      this.database.exec('COMMIT');
    } catch (error) {
      this.refuse(taken.length > 0 ? taken : this.waiting.splice(0), error);
      return;
    }
    if (accepted.length > 0) this.refusals.noteSuccess();
    for (const tell of tellings) tell();
    for (const change of accepted) change.answer();
  }

  /** One change inside the transaction: all of it or nothing. */
  private decide(change: Change, tellings: (() => void)[]): boolean {
    const told = tellings.length;
    this.database.exec('SAVEPOINT change');
    try {
      change.decide((tell) => tellings.push(tell));
      this.database.exec('RELEASE change');
      return true;
    } catch (error) {
      if (isRefusedByDisk(error)) throw error;
      this.database.exec('ROLLBACK TO change; RELEASE change');
      tellings.length = told;
      change.fail(error);
      return false;
    }
  }

  private refuse(changes: Change[], error: unknown): void {
    // When its disk is full, SQLite has rolled back by itself.
    if (this.database.inTransaction) this.database.exec('ROLLBACK');
    this.refusals.note(error);
    const refusal = unavailable(NOTHING_WRITTEN, error);
    for (const change of changes) change.fail(refusal);
    // The kernel may have dropped the pages that it could not sync: only the next start tells what the disk holds.
    if (sqliteCode(error)?.startsWith('SQLITE_IOERR_FSYNC')) {
      this.dead = new Error('the disk failed in a way that only a restart can recover from', { cause: error });
      this.onFatal(this.dead);
    }
  }
}

/** Everything that SQLite says of the file rather than of the statement. */
function isRefusedByDisk(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && !/^SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE|TOOBIG)/.test(code);
}
