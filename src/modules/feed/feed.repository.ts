import { Injectable } from '@nestjs/common';
import type { Batch } from '../../common/storage/batch.js';
import { decodeCursor, encodeCursor, TEXT_CEILING } from '../../common/storage/cursor.js';
import { smallestIdAt, timeOfId } from '../../common/storage/id-source.js';
import type { Statement } from '../../common/storage/sqlite.js';
import { oldestFirst, Page, takePage } from '../../common/storage/page.js';
import type { Projection } from '../../common/storage/projection.js';
import { RecordLogs } from '../../common/storage/record-logs.js';
import type { FeedEvent } from './event.entity.js';

interface EventRow {
  id: string;
  json: string;
}

export interface EventFilter {
  agent?: string;
  type?: string;
  /** Only events with larger ids. */
  afterId: string;
  /** Only events later than this timestamp. */
  afterTime: string;
  cursor?: string;
  limit: number;
}

type FilterParameters = [...filters: string[], afterId: string, beforeId: string, afterTime: string, limit: number];

/** How many names a search for agents looks at. */
const SEARCHED_AGENTS = 10_000;
/** How much later than its id's time the timestamp of an event of ours may be. */
const ID_TIME_SLACK_MS = 1000;

/** `feed.jsonl`: an event a line. Its statistics are kept as it grows. */
@Injectable()
export class FeedRepository implements Projection<FeedEvent> {
  readonly log = 'feed';
  readonly tables = `
    CREATE TABLE events (
      id TEXT PRIMARY KEY, agent TEXT NOT NULL, type TEXT NOT NULL, timestamp TEXT NOT NULL, json TEXT NOT NULL
    );
    CREATE INDEX events_by_agent ON events (agent, id);
    CREATE INDEX events_by_type ON events (type, id);
    CREATE INDEX events_by_agent_and_type ON events (agent, type, id);
    CREATE TABLE event_agents (agent TEXT PRIMARY KEY, count INTEGER NOT NULL, latest_id TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE event_types (type TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE event_lags (ms INTEGER PRIMARY KEY);`;

  readonly records = this.logs.define(this);

  private readonly insert = this.logs.index.write(
    'INSERT INTO events (id, agent, type, timestamp, json) VALUES (?, ?, ?, ?, ?)',
  );
  private readonly countAgent = this.logs.index.write(
    `INSERT INTO event_agents VALUES (?, 1, ?)
     ON CONFLICT (agent) DO UPDATE SET count = count + 1, latest_id = max(latest_id, excluded.latest_id)`,
  );
  private readonly countType = this.logs.index.write(
    'INSERT INTO event_types VALUES (?, 1) ON CONFLICT (type) DO UPDATE SET count = count + 1',
  );
  private readonly keepLag = this.logs.index.write<never, [ms: number, same: number]>(
    'INSERT INTO event_lags SELECT ? WHERE ? > (SELECT coalesce(max(ms), 0) FROM event_lags)',
  );
  private readonly emptyTables = ['events', 'event_agents', 'event_types', 'event_lags'].map((table) =>
    this.logs.index.write(`DELETE FROM ${table}`),
  );

  private readonly newestOfAll = this.logs.index.read<{ id: string | null }, []>('SELECT max(id) AS id FROM events');
  private readonly countInRange = this.logs.index.read<{ count: number }, [string, string]>(
    'SELECT count(*) AS count FROM events WHERE id >= ? AND id < ?',
  );
  private readonly largestLag = this.logs.index.read<{ ms: number }, [least: number]>(
    'SELECT max(coalesce(max(ms), 0), ?) AS ms FROM event_lags',
  );
  private readonly byId = this.logs.index.read<EventRow, [string]>('SELECT id, json FROM events WHERE id = ?');
  private readonly lists = {
    all: this.list(''),
    agent: this.list('agent = ? AND'),
    type: this.list('type = ? AND'),
    agentAndType: this.list('agent = ? AND type = ? AND'),
  };
  private readonly following = this.logs.index.read<EventRow, [string, number]>(
    'SELECT id, json FROM events WHERE id > ? ORDER BY id LIMIT ?',
  );
  private readonly followingOfAgent = this.logs.index.read<EventRow, [string, string, number]>(
    'SELECT id, json FROM events WHERE agent = ? AND id > ? ORDER BY id LIMIT ?',
  );
  private readonly agentsByName = this.logs.index.read<{ agent: string }, [string, number]>(
    `SELECT agent FROM (SELECT agent FROM event_agents LIMIT ${SEARCHED_AGENTS}) WHERE instr(lower(agent), lower(?)) > 0 LIMIT ?`,
  );
  private readonly agentStats = this.logs.index.read<{ agent: string; count: number; json: string }, []>(
    'SELECT a.agent, a.count, e.json FROM event_agents a JOIN events e ON e.id = a.latest_id ORDER BY a.agent',
  );
  private readonly typeStats = this.logs.index.read<{ type: string; count: number }, []>(
    'SELECT type, count FROM event_types ORDER BY type',
  );

  constructor(private readonly logs: RecordLogs) {}

  apply({ id, agent, type, timestamp }: FeedEvent, json: string): string {
    this.insert.run(id, agent, type, timestamp, json);
    this.countAgent.run(agent, id);
    this.countType.run(type);
    const lag = Date.parse(timestamp) - timeOfId(id);
    if (lag > ID_TIME_SLACK_MS) this.keepLag.run(lag, lag);
    return json;
  }

  clear(): void {
    for (const statement of this.emptyTables) statement.run();
  }

  largestId({ id }: FeedEvent): string {
    return id;
  }

  /** Runs `decide` when its turn comes; see {@link RecordLogs.change}. */
  write<T>(decide: (batch: Batch) => T): Promise<T> {
    return this.logs.change(decide);
  }

  append(batch: Batch, event: FeedEvent): string {
    return batch.append(this.records, event);
  }

  clearAll(): Promise<void> {
    return this.logs.clear(this.records);
  }

  find(id: string): string | undefined {
    return this.byId.get(id)?.json;
  }

  /** The newest matches, oldest first. */
  newest(filter: EventFilter): Page {
    const { agent, type, afterId, afterTime, cursor, limit } = filter;
    const key = ['newest', agent, type, afterId, afterTime, cursor, limit];
    return this.logs.keptPage(this.log, key, () => this.readNewest(filter));
  }

  searchAgents(text: string, limit: number): string[] {
    return this.agentsByName.all(text, limit).map(({ agent }) => agent);
  }

  newestId(): string | undefined {
    return this.newestOfAll.get()?.id ?? undefined;
  }

  countBetween(from: number, to: number): number {
    return this.countInRange.get(smallestIdAt(from), smallestIdAt(to))?.count ?? 0;
  }

  /** A bound of ids: what has a smaller one has no later timestamp than this, also where another server recorded it. */
  smallestIdAfter(timestamp: string): string {
    const lag = this.largestLag.get(ID_TIME_SLACK_MS)?.ms ?? ID_TIME_SLACK_MS;
    return smallestIdAt(Date.parse(timestamp) - lag);
  }

  /** Events with larger ids, by id; of one agent, or of all. */
  after(id: string, agent: string | undefined, limit: number): Iterable<EventRow> {
    return agent === undefined ? this.following.iterate(id, limit) : this.followingOfAgent.iterate(agent, id, limit);
  }

  /** How many events there are. */
  count(): number {
    return this.typeStats.all().reduce((sum, { count }) => sum + count, 0);
  }

  /** The JSON of the statistics; names become keys as text, so that none of them can mean anything else. */
  stats(): string {
    const version = this.logs.index.version(this.log);
    const make = (): string => this.readStats();
    return this.logs.kept.value({ key: ['stats'], version, make, bytesOf: ({ length }) => length });
  }

  private readStats(): string {
    const agents = this.agentStats.all();
    const types = this.typeStats.all();
    const total = types.reduce((sum, { count }) => sum + count, 0);
    const object = (entries: string[]): string => `{${entries.join(',')}}`;
    const byAgent = object(agents.map(({ agent, count }) => `${JSON.stringify(agent)}:${count}`));
    const byType = object(types.map(({ type, count }) => `${JSON.stringify(type)}:${count}`));
    const latest = object(agents.map(({ agent, json }) => `${JSON.stringify(agent)}:${json}`));
    return `{"total":${total},"byAgent":${byAgent},"byType":${byType},"latestPerAgent":${latest}}`;
  }

  private readNewest({ agent, type, afterId, afterTime, cursor, limit }: EventFilter): Page {
    const [beforeId = TEXT_CEILING] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const statement = agent
      ? type
        ? this.lists.agentAndType
        : this.lists.agent
      : type
        ? this.lists.type
        : this.lists.all;
    const filters = [agent, type].filter((value) => value !== undefined);
    const rows = statement.iterate(...filters, afterId, beforeId, afterTime, limit + 1);
    return oldestFirst(
      takePage(
        rows,
        limit,
        ({ json }) => json,
        ({ id }) => encodeCursor(id),
      ),
    );
  }

  private list(condition: string): Statement<EventRow, FilterParameters> {
    return this.logs.index.read<EventRow, FilterParameters>(
      `SELECT id, json FROM events WHERE ${condition} id > ? AND id < ? AND timestamp > ? ORDER BY id DESC LIMIT ?`,
    );
  }
}
