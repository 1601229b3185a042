import { Injectable } from '@nestjs/common';
import { decodeTimeCursor, encodeCursor, TEXT_CEILING } from '../../common/storage/cursor.js';
import { isoOf, timestampOf } from '../../common/storage/duckdb.js';
import type { Session } from '../../common/storage/duckdb-handle.js';
import { END_OF_TIME } from '../../common/validation/time.js';
import { Page, takePage } from '../../common/storage/page.js';
import {
  MERGE_SESSIONS,
  SESSION_COLUMNS,
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
  const last = new Map(
    sessions.map((session) => [keyOf(session.sessionId, session.agent, session.startedAt), session]),
  );
  const rows = await transaction.rows<KeyRow>(MERGE_SESSIONS, [sessionList([...last.values()])], [sessionListType()]);
  const ids = new Map(rows.map((row) => [keyOf(row.session_id, row.agent, isoOf(row.started_at)), row.id]));
  return sessions.map((session) => ({
    ...session,
    id: ids.get(keyOf(session.sessionId, session.agent, session.startedAt)) ?? session.id,
  }));
}

function keyOf(...key: [sessionId: string, agent: string, startedAt: string]): string {
  return JSON.stringify(key);
}
