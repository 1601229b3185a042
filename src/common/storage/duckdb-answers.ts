import type { DuckDBListValue, DuckDBType } from '@duckdb/node-api';
import { Attempt, FirstAnswer, KeyedAnswer } from '../idempotency/attempt.js';
import { duckDriver } from './duckdb-driver.js';
import type { Session } from './duckdb-session.js';

/** The table of the answers; without a key of its own, whose index DuckDB would hold in memory whole. */
export const DUCK_FIRST_ANSWERS = `CREATE TABLE first_answers (
  key VARCHAR NOT NULL, body VARCHAR NOT NULL, asked_at TIMESTAMP NOT NULL, answer VARCHAR NOT NULL,
  headers VARCHAR
)`;

const ANSWER_FIELDS = ['key', 'body', 'at', 'answer', 'headers'] as const;
const DROP_EVERY_MS = 60_000;

/** What became of the writes of a transaction. */
export interface Outcomes<W> {
  answers: Map<W, unknown>;
  /** Replays, and what a key with another body is told. */
  refusals: Map<W, unknown>;
}

/** The first answers to requests with an `Idempotency-Key`, in the transactions of what those requests changed. */
export class DuckAnswers {
  private droppedAt = -Infinity;

  /** Has those writes applied that were not answered before, nor are here twice. */
  async once<W extends { attempt?: Attempt }>(
    session: Session,
    writes: W[],
    apply: (fresh: W[]) => Promise<Map<W, unknown>>,
  ): Promise<Outcomes<W>> {
    const known = await this.find(session, attemptsOf(writes));
    const firsts = new Map(known);
    const fresh = writes.filter(({ attempt }) => {
      if (!attempt || attempt.isKept) return true;
      if (firsts.has(attempt.key)) return false;
      firsts.set(attempt.key, attempt.answeredWith(''));
      return true;
    });
    const answers = await apply(fresh);
    for (const kept of await this.keep(session, fresh, answers)) known.set(kept.key, kept);
    const repeated = writes.filter((write) => !answers.has(write));
    return { answers, refusals: new Map(repeated.map((write) => [write, refusalOf(write, known)])) };
  }

  private async find(session: Session, attempts: Attempt[]): Promise<Map<string, FirstAnswer>> {
    const [first] = attempts;
    if (!first) return new Map();
    const rows = await session.rows<FirstAnswer & { key: string }>(
      'SELECT key, body, answer, headers FROM first_answers WHERE asked_at > CAST($1 AS TIMESTAMP) AND key IN (SELECT unnest($2))',
      [first.forgottenUpTo, textList(attempts.map(({ key }) => key))],
      [duckDriver().VARCHAR, textListType()],
    );
    return new Map(rows.map(({ key, ...answer }) => [key, answer]));
  }

  private async keep<W extends { attempt?: Attempt }>(
    session: Session,
    writes: W[],
    answers: Map<W, unknown>,
  ): Promise<KeyedAnswer[]> {
    const kept = writes.flatMap((write): KeyedAnswer[] => {
      const { attempt } = write;
      if (!attempt || attempt.isKept) return [];
      attempt.isKept = true;
      return [attempt.answeredWith(answers.get(write))];
    });
    if (kept.length === 0) return [];
    await session.run(
      'INSERT INTO first_answers SELECT unnest($1), unnest($2), CAST(unnest($3) AS TIMESTAMP), unnest($4), unnest($5)',
      ANSWER_FIELDS.map((field) => textList(kept.map((answer) => answer[field]))),
      ANSWER_FIELDS.map(textListType),
    );
    await this.dropForgotten(session, writes);
    return kept;
  }

  /** Rows are in about the order of time, so that only what is to go is looked at. */
  private async dropForgotten(session: Session, writes: { attempt?: Attempt }[]): Promise<void> {
    const { forgottenUpTo } = writes.find(({ attempt }) => attempt)?.attempt ?? {};
    if (forgottenUpTo === undefined || performance.now() < this.droppedAt + DROP_EVERY_MS) return;
    this.droppedAt = performance.now();
    await session.run('DELETE FROM first_answers WHERE asked_at <= CAST($1 AS TIMESTAMP)', [forgottenUpTo]);
  }
}

function textList(texts: (string | null)[]): DuckDBListValue {
  return duckDriver().listValue(texts);
}

function textListType(): DuckDBType {
  const { LIST, VARCHAR } = duckDriver();
  return LIST(VARCHAR);
}

function attemptsOf(writes: { attempt?: Attempt }[]): Attempt[] {
  return writes.flatMap(({ attempt }) => (attempt && !attempt.isKept ? [attempt] : []));
}

function refusalOf({ attempt }: { attempt?: Attempt }, known: ReadonlyMap<string, FirstAnswer>): unknown {
  const first = attempt && known.get(attempt.key);
  if (!first) return new Error('a write was neither applied nor answered before');
  try {
    return attempt.replay(first);
  } catch (error) {
    return error;
  }
}
