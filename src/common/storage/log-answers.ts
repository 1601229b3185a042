import type { Clock } from '../clock.js';
import { Attempt, forgottenUpTo, KeyedAnswer } from '../idempotency/attempt.js';
import { AnswerDatabase, AnswerTable } from './answer-table.js';
import type { Batch } from './batch.js';
import { keptAnswer, LineRetry } from './line-retry.js';

/** The first answers of the record logs: like all of the index they come from the logs' lines. */
export class LogAnswers extends AnswerTable {
  private readonly deleteLog = this.database.write<never, [log: string]>('DELETE FROM first_answers WHERE log = ?');
  private readonly countOfLog = this.database.write<{ count: number }, [log: string, after: string]>(
    'SELECT count(*) AS count FROM first_answers WHERE log = ? AND at > ?',
  );
  private readonly ofLog = this.database.write<KeyedAnswer, [log: string, after: string]>(
    'SELECT key, body, at, answer, headers FROM first_answers WHERE log = ? AND at > ? ORDER BY at',
  );

  constructor(
    database: AnswerDatabase,
    private readonly clock: Clock,
  ) {
    super(database);
  }

  /**
   * Decides on what a request asks for, unless that was decided on before, perhaps in the same batch. Key and answer are
   * kept with the first record that is appended; where none is, nothing is kept.
   * @param answerOf what the client is answered, where that is not what `decide` returns
   * @throws Replay with the first answer
   */
  once<T>(
    batch: Batch,
    attempt: Attempt | undefined,
    decide: () => T,
    answerOf: (result: T) => unknown = (result) => result,
  ): T {
    if (!attempt) return decide();
    const replay = this.replayOf(attempt);
    if (replay && !attempt.isKept) throw replay;
    const { size } = batch;
    const result = decide();
    if (replay || batch.size === size) return result;
    const kept = attempt.answeredWith(answerOf(result));
    this.keep(batch.keep(size, kept), kept);
    attempt.isKept = true;
    return result;
  }

  /**
   * Keeps what a line says of the request that it came from, unless that is forgotten by now.
   * @param wire the JSON that the line's record gave when it was applied
   */
  restore(log: string, retry: LineRetry, wire: string): void {
    if (retry.at <= this.forgottenUpTo) return;
    this.keep(log, keptAnswer(retry, wire));
  }

  /** Forgets all answers of a log. */
  clear(log: string): void {
    this.deleteLog.run(log);
  }

  /** How many {@link list} would give. */
  count(log: string): number {
    return this.countOfLog.get(log, this.forgottenUpTo)?.count ?? 0;
  }

  /** The answers of a log that still count, oldest first. */
  list(log: string): Iterable<KeyedAnswer> {
    return this.ofLog.iterate(log, this.forgottenUpTo);
  }

  private get forgottenUpTo(): string {
    return forgottenUpTo(this.clock.timestamp());
  }
}
