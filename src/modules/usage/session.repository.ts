import { Injectable } from '@nestjs/common';
import { decodeTimeCursor, encodeCursor, TEXT_CEILING } from '../../common/storage/cursor.js';
import { isoOf, timestampOf } from '../../common/storage/duckdb.js';
import { duckDriver } from '../../common/storage/duckdb-driver.js';
import type { Session } from '../../common/storage/duckdb-session.js';
import { END_OF_TIME } from '../../common/validation/time.js';
import { Page, takePage } from '../../common/storage/page.js';
import {
  INSERT_SESSIONS,
  MERGE_SESSIONS,
  SESSION_COLUMNS,
  SOME_MAY_BE_KNOWN,
  sessionJson,
  sessionList,
  sessionListType,
  type SessionRow,
} from './session-row.js';
import { UsageDatabase } from './usage.database.js';
import type { UsageSession } from './usage-session.entity.js';

export interface SessionFilter {
  agent: string | null;
  /** Only sessions that started then or later. */
  from: string | null;
  cursor?: string;
  limit: number;
}

/** More are merged without a look. */
const LOOKED_UP_MAX = 8;

type KeyRow = Pick<SessionRow, 'id' | 'session_id' | 'agent' | 'started_at'>;

@Injectable()
export class SessionRepository {
  constructor(private readonly database: UsageDatabase) {}

  /** Records the session that `make` gives when its turn comes, in the place of the one with the same key. */
  upsert(make: () => UsageSession): Promise<UsageSession> {
    return this.database.write(upsertAll, make);
  }

  /** Latest start first. */
  async latest({ agent, from, cursor, limit }: SessionFilter): Promise<Page> {
    const [time, id] = cursor === undefined ? [END_OF_TIME, TEXT_CEILING] : decodeTimeCursor(cursor);
    const rows = await this.database.read<SessionRow>(
      `SELECT ${SESSION_COLUMNS} FROM usage_sessions AS s
       WHERE ($1 IS NULL OR agent = $1) AND ($2 IS NULL OR s.started_at >= $2)
         AND s.started_at <= $3 AND (s.started_at < $3 OR id < $4)
       ORDER BY s.started_at DESC, id DESC LIMIT ${limit + 1}`,
      [agent, from && timestampOf(from), timestampOf(time), id],
    );
    return takePage(rows, limit, sessionJson, (row) => encodeCursor(isoOf(row.started_at), row.id));
  }
}

/** Of those with the same key the last one stays; each is answered as if they had come one by one. */
async function upsertAll(transaction: Session, makes: (() => UsageSession)[]): Promise<UsageSession[]> {
  const sessions = makes.map((make) => make());
  const last = new Map(sessions.map((session) => [keyOf(session), session]));
  const ids = await idsOfStored(transaction, [...last.values()]);
  return sessions.map((session) => ({ ...session, id: ids.get(keyOf(session)) ?? session.id }));
}

/** Stores sessions of which no two have the same key; gives the id that each key has now. */
async function idsOfStored(transaction: Session, sessions: UsageSession[]): Promise<Map<string, string>> {
  const list = [sessionList(sessions)];
  const type = [sessionListType()];
  if (await areNew(transaction, sessions)) {
    await transaction.run(INSERT_SESSIONS, list, type);
    return new Map(sessions.map((session) => [keyOf(session), session.id]));
  }
  const rows = await transaction.rows<KeyRow>(MERGE_SESSIONS, list, type);
  return new Map(
    rows.map(({ id, session_id: sessionId, agent, started_at: startedAt }) => [
      keyOf({ sessionId, agent, startedAt: isoOf(startedAt) }),
      id,
    ]),
  );
}

/** To look up a few and insert them, as is usual, costs half of what it costs to merge them. */
async function areNew(transaction: Session, sessions: UsageSession[]): Promise<boolean> {
  if (sessions.length > LOOKED_UP_MAX) return false;
  const starts = sessions.map(({ startedAt }) => startedAt).sort();
  const [first = '', last = ''] = [starts.at(0), starts.at(-1)];
  const known = await transaction.rows(SOME_MAY_BE_KNOWN, [
    timestampOf(first),
    timestampOf(last),
    duckDriver().listValue(sessions.map(({ sessionId }) => sessionId)),
  ]);
  return known.length === 0;
}

function keyOf({ sessionId, agent, startedAt }: Pick<UsageSession, 'sessionId' | 'agent' | 'startedAt'>): string {
  return JSON.stringify([sessionId, agent, startedAt]);
}
