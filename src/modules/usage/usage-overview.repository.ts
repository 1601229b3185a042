import { Injectable } from '@nestjs/common';
import { timestampOf } from '../../common/storage/duckdb.js';
import type { CostColumns, TokenColumns } from './session-row.js';
import type { AgentUse, Measure, ModelUse, RangeTotals, TimedUse } from './usage-overview.entity.js';
import { SUMS } from './usage-sums.repository.js';
import type { Bucket, Grouping } from './usage-summary.entity.js';
import { UsageDatabase } from './usage.database.js';

/** By what the names that used most come first. */
const ORDERS: Record<Measure, string> = { cost: 'fsum(cost_total)', tokens: 'sum(tokens_total)' };
const USE = 'fsum(cost_total) AS cost, sum(tokens_total) AS tokens, count(*) AS sessions';

interface UseRow {
  cost: number;
  tokens: bigint;
  sessions: bigint;
}

interface TotalsRow extends TokenColumns, CostColumns {
  is_all: bigint;
  name: string | null;
  sessions: bigint;
  models: bigint;
  agents: bigint;
  vms: bigint;
}

/** Sums that stay small, however many agents and models there are. */
@Injectable()
export class UsageOverviewRepository {
  constructor(private readonly database: UsageDatabase) {}

  /** Sums of all sessions that started at `from` or later, and of the `limit` models that used most. */
  async totals(from: string, measure: Measure, limit: number): Promise<{ totals: RangeTotals; models: ModelUse[] }> {
    const [all, ...models] = await this.database.read<TotalsRow>(
      `WITH placed AS (FROM usage_sessions WHERE started_at >= $1),
       sums AS (SELECT grouping(model) AS is_all, model AS name, ${SUMS}, count(*) AS sessions
         FROM placed GROUP BY GROUPING SETS ((), (model)))
       SELECT *, (SELECT count(*) - 1 FROM sums) AS models, (SELECT count(DISTINCT agent) FROM placed) AS agents,
         (SELECT count(*) FROM usage_vms WHERE created_at >= $1) AS vms
       FROM sums ORDER BY is_all DESC, ${measure}_total DESC, name LIMIT ${limit + 1}`,
      [timestampOf(from)],
    );
    if (!all) throw new Error('sums over nothing are still a row');
    const { models: modelCount, agents, vms } = all;
    return {
      totals: { ...countsOf(all), models: Number(modelCount), agents: Number(agents), vms: Number(vms) },
      models: models.map((row) => ({ model: row.name ?? '', ...countsOf(row) })),
    };
  }

  /** The `limit` agents that used most, each with the parent that its latest session with one names. */
  async agents(from: string, measure: Measure, limit: number): Promise<AgentUse[]> {
    const rows = await this.database.read<UseRow & { agent: string; parent: string | null }>(
      `SELECT agent, arg_max(parent_agent, started_at) AS parent, ${USE} FROM usage_sessions
       WHERE started_at >= $1 GROUP BY agent ORDER BY ${ORDERS[measure]} DESC, agent LIMIT ${limit}`,
      [timestampOf(from)],
    );
    return rows.map(({ agent, parent, ...use }) => ({ agent, parent, ...useOf(use) }));
  }

  /** By bucket, the `names` agents or models that used most in the range, and the others as one without a name. */
  async timeline(
    { from, to }: { from: string; to: string },
    bucket: Bucket,
    by: Grouping,
    { measure, names }: { measure: Measure; names: number },
  ): Promise<TimedUse[]> {
    const rows = await this.database.read<UseRow & { start: bigint; name: string | null }>(
      // What claims to start later than now counts as now.
      `WITH placed AS (
         SELECT date_trunc('${bucket}', least(started_at, $2)) AS start, ${by === 'none' ? 'NULL' : by} AS name,
           cost_total, tokens_total FROM usage_sessions WHERE started_at >= $1
       ), first AS (SELECT name FROM placed GROUP BY name ORDER BY ${ORDERS[measure]} DESC, name LIMIT ${names})
       SELECT epoch_ms(start) AS start, CASE WHEN name IN (FROM first) THEN name END AS name, ${USE}
       FROM placed GROUP BY ALL ORDER BY ALL`,
      [timestampOf(from), timestampOf(to)],
    );
    return rows.map(({ start, name, ...use }) => ({ start: Number(start), name, ...useOf(use) }));
  }
}

function useOf({ cost, tokens, sessions }: UseRow): { cost: number; tokens: number; sessions: number } {
  return { cost, tokens: Number(tokens), sessions: Number(sessions) };
}

function countsOf(row: TotalsRow): Omit<ModelUse, 'model'> {
  return {
    cost: row.cost_total,
    tokens: {
      input: Number(row.tokens_input),
      output: Number(row.tokens_output),
      cacheRead: Number(row.tokens_cache_read),
      cacheWrite: Number(row.tokens_cache_write),
      total: Number(row.tokens_total),
    },
    sessions: Number(row.sessions),
  };
}
