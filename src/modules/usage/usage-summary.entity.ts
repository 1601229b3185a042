import { UsageCounts } from './usage-session.entity.js';

export const BUCKETS = ['hour', 'day'] as const;
export type Bucket = (typeof BUCKETS)[number];
export const BUCKET_MS: Record<Bucket, number> = { hour: 3_600_000, day: 86_400_000 };

export const GROUPINGS = ['agent', 'model', 'none'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Sums over sessions. */
export class UsageSum {
  tokens!: UsageCounts;

  /** US dollars. */
  cost!: UsageCounts;

  /** @example 42 */
  sessions!: number;
}

export class UsageTotals extends UsageSum {
  /**
   * Records of VMs created in the range.
   * @example 5
   */
  vms!: number;
}

/** What was used in a range of time; cost in US dollars, rounded to cents. */
export class UsageSummary {
  /** @example 7d */
  range!: string;

  totals!: UsageTotals;

  byAgent!: Record<string, UsageSum>;

  byModel!: Record<string, UsageSum>;

  /** Only of sessions that have a parent. */
  byParent!: Record<string, UsageSum>;
}

/** What was used in sessions that started within one hour or day (UTC). */
export class UsageBucket extends UsageSum {
  /** @example 2026-01-31T12:00:00.000Z */
  start!: string;

  /** With `by=agent`: those with sessions in the bucket. */
  byAgent?: Record<string, UsageSum>;

  /** With `by=model`: those with sessions in the bucket. */
  byModel?: Record<string, UsageSum>;
}

/** Use over time, oldest bucket first; cost in US dollars, rounded to a millionth. */
export class UsageSeries {
  /** @example 7d */
  range!: string;

  /** @example hour */
  bucket!: Bucket;

  /** @example none */
  by!: Grouping;

  /** Every bucket of the range, also those without sessions. */
  buckets!: UsageBucket[];

  /** @example 169 */
  count!: number;
}
