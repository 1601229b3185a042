import { Attempt, FirstAnswer, forgottenUpTo, KeyedAnswer } from '../idempotency/attempt.js';
import type { Replay } from '../idempotency/replay.js';
import type { Statement } from './sqlite.js';

type Parameters = readonly (string | number | null)[];

/** Where the table is: a database that one writer changes, in transactions that readers see once they are durable. */
export interface AnswerDatabase {
  write<Row, P extends Parameters>(sql: string): Statement<Row, P>;
  read<Row, P extends Parameters>(sql: string): Statement<Row, P>;
}

export const FIRST_ANSWERS_TABLE = `
  CREATE TABLE first_answers (
    key TEXT PRIMARY KEY, body TEXT NOT NULL, log TEXT NOT NULL, at TEXT NOT NULL, answer TEXT NOT NULL,
    headers TEXT
  );
  CREATE INDEX first_answers_by_time ON first_answers (log, at);`;

const LOOK_UP = 'SELECT body, answer, headers FROM first_answers WHERE key = ? AND at > ?';
/** Two for each that comes: what is forgotten goes sooner than new answers come, and no change has much to do. */
const DROPPED_AT_ONCE = 2;

/** The first answers to requests with an `Idempotency-Key`, in the transactions of what those requests changed. */
export class AnswerTable {
  private readonly lookUp = this.database.write<FirstAnswer, [key: string, after: string]>(LOOK_UP);
  private readonly lookUpCommitted = this.database.read<FirstAnswer, [key: string, after: string]>(LOOK_UP);
  private readonly insert = this.database.write<never, (string | null)[]>(
    'INSERT OR REPLACE INTO first_answers (key, body, log, at, answer, headers) VALUES (?, ?, ?, ?, ?, ?)',
  );
  private readonly dropForgotten = this.database.write<never, [log: string, upTo: string]>(
    `DELETE FROM first_answers WHERE rowid IN (
       SELECT rowid FROM first_answers WHERE log = ? AND at <= ? ORDER BY at LIMIT ${DROPPED_AT_ONCE}
     )`,
  );

  constructor(protected readonly database: AnswerDatabase) {}

  /**
   * The answer to a request that was decided on before, perhaps in the same transaction.
   * @throws DomainError `key_reused` when the key came with another body
   */
  replayOf(attempt: Attempt): Replay | undefined {
    return found(attempt, this.lookUp);
  }

  /** The same for one that was answered. */
  committedReplayOf(attempt: Attempt): Replay | undefined {
    return found(attempt, this.lookUpCommitted);
  }

  /** Keeps an answer within the transaction of what it answers. */
  keep(log: string, { key, body, at, answer, headers }: KeyedAnswer): void {
    this.dropForgotten.run(log, forgottenUpTo(at));
    this.insert.run(key, body, log, at, answer, headers);
  }
}

function found(attempt: Attempt, lookUp: Statement<FirstAnswer, [string, string]>): Replay | undefined {
  const first = lookUp.get(attempt.key, attempt.forgottenUpTo);
  return first && attempt.replay(first);
}
