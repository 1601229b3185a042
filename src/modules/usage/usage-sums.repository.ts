import { Injectable } from '@nestjs/common';
import { timestampOf } from '../../common/storage/duckdb.js';
import { type CostColumns, countsJson, forCounts, type TokenColumns } from './session-row.js';
import type { Bucket, Grouping } from './usage-summary.entity.js';
import { UsageDatabase } from './usage.database.js';

interface SumRow extends TokenColumns, CostColumns {
  sessions: bigint;
}

/** A sum of the whole, or of one name of a kind. */
export interface NamedSum {
  kind: 'totals' | 'agent' | 'model' | 'parent';
  name: string | null;
  json: string;
}

export interface Summary {
  sums: NamedSum[];
  vms: number;
  /** When the earliest of what was added up began, in milliseconds since 1970; until the range begins later, the sums stay. */
  oldest: number;
}

interface SummaryEnds {
  vms: bigint;
  oldest: bigint | null;
}

/** A sum of a whole bucket, or of one name in it. */
export interface BucketSum {
  /** In milliseconds since 1970. */
  start: number;
  name: string | null;
  isWhole: boolean;
  json: string;
}

/** Added up so that the order, which differs from run to run, cannot change the last cent. */
export const SUMS = `${forCounts('tokens', (column) => `coalesce(sum(${column}), 0)`)},
  ${forCounts('cost', (column) => `coalesce(fsum(${column}), 0)`)}`;
const rounded = (digits: number): string =>
  `${forCounts('tokens', (column) => column)}, ${forCounts('cost', (column) => `round(${column}, ${digits})`)}, sessions`;

@Injectable()
export class UsageSumsRepository {
  constructor(private readonly database: UsageDatabase) {}

  /** What sums are made of; grows with each change of it. */
  get version(): number {
    return this.database.version;
  }

  /** Sums of the sessions that started at `from` or later, by name, and how many VMs were created since. */
  async summary(from: string): Promise<Summary> {
    const rows = await this.database.read<SumRow & Pick<NamedSum, 'kind' | 'name'> & SummaryEnds>(
      // The sessions are gone through once, for the few combinations there are; these then give all sums.
      `WITH combinations AS (
         SELECT agent, model, parent_agent, ${SUMS}, count(*) AS sessions, min(started_at) AS first
         FROM usage_sessions WHERE started_at >= $1 GROUP BY agent, model, parent_agent
       ), sums AS (
         SELECT CASE grouping(agent, model, parent_agent)
                  WHEN 7 THEN 'totals' WHEN 3 THEN 'agent' WHEN 5 THEN 'model' ELSE 'parent' END AS kind,
                coalesce(agent, model, parent_agent) AS name, ${SUMS}, coalesce(sum(sessions), 0) AS sessions
         FROM combinations GROUP BY GROUPING SETS ((), (agent), (model), (parent_agent))
       )
       SELECT kind, name, ${rounded(2)}, (SELECT count(*) FROM usage_vms WHERE created_at >= $1) AS vms,
              epoch_ms(least((SELECT min(first) FROM combinations),
                             (SELECT min(created_at) FROM usage_vms WHERE created_at >= $1))) AS oldest
       FROM sums WHERE kind = 'totals' OR name IS NOT NULL ORDER BY name`,
      [timestampOf(from)],
    );
    const sums = rows.map((row) => ({ kind: row.kind, name: row.name, json: sumJson(row) }));
    return { sums, vms: Number(rows[0]?.vms ?? 0), oldest: Number(rows[0]?.oldest ?? Infinity) };
  }

  /** Sums of the same sessions by bucket and name, at most `limit`; what claims to start later than `now` counts as now. */
  async series(from: string, now: string, bucket: Bucket, by: Grouping, limit: number): Promise<BucketSum[]> {
    const rows = await this.database.read<SumRow & { start: bigint; name: string | null; is_part: bigint }>(
      `WITH placed AS (
         SELECT date_trunc('${bucket}', least(started_at, $2)) AS start, ${by === 'none' ? 'NULL' : by} AS name,
                ${forCounts('tokens', (column) => column)}, ${forCounts('cost', (column) => column)}
         FROM usage_sessions WHERE started_at >= $1
       ), combinations AS (
         SELECT start, name, ${SUMS}, count(*) AS sessions FROM placed GROUP BY start, name
       ), sums AS (
         SELECT start, name, 1 - grouping(name) AS is_part, ${SUMS}, sum(sessions) AS sessions
         FROM combinations GROUP BY GROUPING SETS ((start), (start, name))
       )
       SELECT epoch_ms(start) AS start, name, is_part, ${rounded(6)} FROM sums
       ${by === 'none' ? 'WHERE is_part = 0' : ''} ORDER BY sums.start, name LIMIT ${limit}`,
      [timestampOf(from), timestampOf(now)],
    );
    return rows.map((row) => ({
      start: Number(row.start),
      name: row.name,
      isWhole: Number(row.is_part) === 0,
      json: sumJson(row),
    }));
  }
}

/** The fields of a sum, without the braces around them. */
function sumJson(row: SumRow): string {
  return `${countsJson(row)},"sessions":${row.sessions.toString()}`;
}
