import type { DuckDBListValue, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { duckDriver } from '../../common/storage/duckdb-driver.js';
import { isoOf, timestampOf } from '../../common/storage/duckdb.js';
import type { UsageCounts, UsageSession } from './usage-session.entity.js';

/** The columns beside the key, in which a session that is recorded again is replaced, and their types. */
const VALUE_TYPES = {
  parent_agent: 'VARCHAR',
  model: 'VARCHAR',
  tokens_input: 'BIGINT',
  tokens_output: 'BIGINT',
  tokens_cache_read: 'BIGINT',
  tokens_cache_write: 'BIGINT',
  tokens_total: 'BIGINT',
  cost_input: 'DOUBLE',
  cost_output: 'DOUBLE',
  cost_cache_read: 'DOUBLE',
  cost_cache_write: 'DOUBLE',
  cost_total: 'DOUBLE',
  turns: 'BIGINT',
  tool_calls: 'VARCHAR',
  ended_at: 'TIMESTAMP',
  recorded_at: 'TIMESTAMP',
} as const;
const KEY_TYPES = { id: 'VARCHAR', session_id: 'VARCHAR', agent: 'VARCHAR', started_at: 'TIMESTAMP' } as const;
const TYPES = { ...KEY_TYPES, ...VALUE_TYPES };
const COLUMNS = Object.keys(TYPES);

/** The type of what {@link sessionList} makes. */
export function sessionListType(): DuckDBType {
  const driver = duckDriver();
  const types = Object.entries(TYPES).map(([column, type]): [string, DuckDBType] => [column, driver[type]]);
  return driver.LIST(driver.STRUCT(Object.fromEntries(types)));
}

/** Takes the first and the last start of some sessions and the list of their session ids; gives a row unless all are new. */
export const SOME_MAY_BE_KNOWN = `
  SELECT 1 FROM usage_sessions
  WHERE started_at BETWEEN $1 AND $2 AND list_contains($3, session_id) LIMIT 1`;

/** Takes a {@link sessionList} of sessions that are not there yet. */
export const INSERT_SESSIONS = `
  INSERT INTO usage_sessions (${COLUMNS.join(', ')}) SELECT unnest(item) FROM (SELECT unnest($1) AS item)`;

/** Takes a {@link sessionList} in which no key is there twice, and gives the id that each key has now. */
export const MERGE_SESSIONS = `
  MERGE INTO usage_sessions AS known
  USING (SELECT unnest(item) FROM (SELECT unnest($1) AS item)) AS given
  ON known.session_id = given.session_id AND known.agent = given.agent AND known.started_at = given.started_at
  WHEN MATCHED THEN UPDATE SET ${Object.keys(VALUE_TYPES)
    .map((column) => `${column} = given.${column}`)
    .join(', ')}
  WHEN NOT MATCHED THEN INSERT (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((column) => `given.${column}`).join(', ')})
  RETURNING id, session_id, agent, epoch_ms(started_at) AS started_at`;

const COUNT_COLUMNS = ['input', 'output', 'cache_read', 'cache_write', 'total'] as const;
type CountColumn = (typeof COUNT_COLUMNS)[number];

export type TokenColumns = Record<`tokens_${CountColumn}`, bigint>;
export type CostColumns = Record<`cost_${CountColumn}`, number>;

export interface SessionRow extends TokenColumns, CostColumns {
  id: string;
  session_id: string;
  agent: string;
  parent_agent: string | null;
  model: string;
  turns: bigint;
  tool_calls: string;
  started_at: bigint;
  ended_at: bigint;
  recorded_at: bigint;
}

/** What a {@link SessionRow} is selected by. */
export const SESSION_COLUMNS = COLUMNS.map((column) =>
  column.endsWith('_at') ? `epoch_ms(${column}) AS ${column}` : column,
).join(', ');

/** The same expression over each of the columns of counts. */
export function forCounts(kind: 'tokens' | 'cost', expression: (column: string) => string): string {
  return COUNT_COLUMNS.map((name) => `${expression(`${kind}_${name}`)} AS ${kind}_${name}`).join(', ');
}

export function sessionList(sessions: UsageSession[]): DuckDBListValue {
  const { listValue, structValue } = duckDriver();
  return listValue(sessions.map((session) => structValue(columnsOf(session))));
}

function columnsOf({ tokens, cost, ...session }: UsageSession): Record<string, DuckDBValue> {
  return {
    id: session.id,
    session_id: session.sessionId,
    agent: session.agent,
    started_at: timestampOf(session.startedAt),
    parent_agent: session.parentAgent,
    model: session.model,
    tokens_input: BigInt(tokens.input),
    tokens_output: BigInt(tokens.output),
    tokens_cache_read: BigInt(tokens.cacheRead),
    tokens_cache_write: BigInt(tokens.cacheWrite),
    tokens_total: BigInt(tokens.total),
    cost_input: cost.input,
    cost_output: cost.output,
    cost_cache_read: cost.cacheRead,
    cost_cache_write: cost.cacheWrite,
    cost_total: cost.total,
    turns: BigInt(session.turns),
    tool_calls: JSON.stringify(session.toolCalls),
    ended_at: timestampOf(session.endedAt),
    recorded_at: timestampOf(session.recordedAt),
  };
}

/** The JSON that goes over the wire. */
export function sessionJson(row: SessionRow): string {
  const { id, session_id: sessionId, agent, parent_agent: parentAgent, model } = row;
  const head = JSON.stringify({ id, sessionId, agent, parentAgent, model }).slice(0, -1);
  const times = JSON.stringify({
    startedAt: isoOf(row.started_at),
    endedAt: isoOf(row.ended_at),
    recordedAt: isoOf(row.recorded_at),
  }).slice(1);
  return `${head},${countsJson(row)},"turns":${row.turns.toString()},"toolCalls":${row.tool_calls},${times}`;
}

/** `"tokens": {…}, "cost": {…}`; as text, because sums of tokens may be larger than JavaScript's numbers are exact. */
export function countsJson(row: TokenColumns & CostColumns): string {
  const tokens = namedCounts((column) => row[`tokens_${column}`].toString());
  const cost = namedCounts((column) => JSON.stringify(row[`cost_${column}`]));
  return `"tokens":${tokens},"cost":${cost}`;
}

const NAMES: Record<CountColumn, keyof UsageCounts> = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cache_write: 'cacheWrite',
  total: 'total',
};

function namedCounts(text: (column: CountColumn) => string): string {
  return `{${COUNT_COLUMNS.map((column) => `"${NAMES[column]}":${text(column)}`).join(',')}}`;
}
