import { Actor } from '../../common/validation/actor.js';
import { Integer, Name, NameOrNull, OneOf, Parsed, QueryText } from '../../common/validation/fields.js';
import { Amount, Instant, ObjectOf, Tally } from '../../common/validation/record-fields.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';
import { DURATION_FORM, parseDuration } from '../../common/validation/time.js';
import { COUNTS } from './usage-session.entity.js';
import { BUCKETS, GROUPINGS, type Bucket, type Grouping } from './usage-summary.entity.js';
import { USAGE_VM_ROLES, type UsageVmRole } from './usage-vm.entity.js';

/** Far above any bill, and low enough that sums of them stay exact to the cent. */
const COST_MAX_DOLLARS = 1_000_000_000;

type Counts = Record<(typeof COUNTS)[number], number>;

/** Whole numbers of tokens, up to 9,007,199,254,740,991 each. */
export class TokenCounts implements Counts {
  /** @example 1200 */
  @Integer(0, Number.MAX_SAFE_INTEGER)
  input!: number;

  /** @example 340 */
  @Integer(0, Number.MAX_SAFE_INTEGER)
  output!: number;

  /** @example 52000 */
  @Integer(0, Number.MAX_SAFE_INTEGER)
  cacheRead!: number;

  /** @example 8000 */
  @Integer(0, Number.MAX_SAFE_INTEGER)
  cacheWrite!: number;

  /**
   * Kept as it is sent, whatever the others add up to.
   * @example 61540
   */
  @Integer(0, Number.MAX_SAFE_INTEGER)
  total!: number;
}

/** US dollars, up to 1,000,000,000 each. */
export class CostCounts implements Counts {
  /** @example 0.018 */
  @Amount(COST_MAX_DOLLARS)
  input!: number;

  /** @example 0.0255 */
  @Amount(COST_MAX_DOLLARS)
  output!: number;

  /** @example 0.078 */
  @Amount(COST_MAX_DOLLARS)
  cacheRead!: number;

  /** @example 0.15 */
  @Amount(COST_MAX_DOLLARS)
  cacheWrite!: number;

  /**
   * Kept as it is sent, whatever the others add up to.
   * @example 0.2715
   */
  @Amount(COST_MAX_DOLLARS)
  total!: number;
}

export class RecordSession {
  /** @example session-81c2 */
  @Name()
  sessionId!: string;

  /** @example builder-1 */
  @Actor()
  agent!: string;

  /**
   * Who started the agent; `null` like nothing when nobody did.
   * @example orchestrator
   */
  @NameOrNull()
  parentAgent?: string | null;

  /** @example claude-opus-4 */
  @Name()
  model!: string;

  /** @example { "input": 1200, "output": 340, "cacheRead": 52000, "cacheWrite": 8000, "total": 61540 } */
  @ObjectOf(() => TokenCounts)
  tokens!: TokenCounts;

  /** @example { "input": 0.018, "output": 0.0255, "cacheRead": 0.078, "cacheWrite": 0.15, "total": 0.2715 } */
  @ObjectOf(() => CostCounts)
  cost!: CostCounts;

  /** @example 14 */
  @Integer(0, Number.MAX_SAFE_INTEGER)
  turns!: number;

  /**
   * How many, or how many of each of up to 1,000 tools; 0 when not given.
   * @example { "read": 12, "bash": 7 }
   */
  @Tally()
  toolCalls?: number | Record<string, number>;

  /**
   * Together with `sessionId` and `agent` the key: the same again replaces the record.
   * @example 2026-01-31T12:00:00Z
   */
  @Instant()
  startedAt!: string;

  /** @example 2026-01-31T12:20:00Z */
  @Instant()
  endedAt!: string;
}

export class RecordVm {
  /** @example vm-7f3a */
  @Name()
  vmId!: string;

  /** @example worker */
  @OneOf(USAGE_VM_ROLES, 'UsageVmRole')
  role!: UsageVmRole;

  /** @example builder-1 */
  @Actor()
  agent!: string;

  /**
   * The commit that the VM was made from.
   * @example 6c1f0d
   */
  @Name({ optional: true })
  commitId?: string;

  /**
   * The same again for a `vmId` replaces the record.
   * @example 2026-01-31T12:00:00Z
   */
  @Instant()
  createdAt!: string;

  /**
   * For a known `vmId` it is all that is taken over, into the latest record of that VM.
   * @example 2026-01-31T14:30:00Z
   */
  @Instant({ optional: true })
  destroyedAt?: string;
}

export const DEFAULT_RANGE = '7d';

export class RangeQuery {
  /**
   * How far back to go from now; `7d` when not given.
   * @example 7d
   */
  @Parsed(parseDuration, DURATION_FORM)
  range?: string;
}

export class SeriesQuery extends RangeQuery {
  /** How long a bucket is, in UTC; `hour` when not given. */
  @OneOf(BUCKETS, 'UsageBucketSize', { optional: true })
  bucket?: Bucket;

  /** What to tell apart within a bucket; `none` when not given. */
  @OneOf(GROUPINGS, 'UsageGrouping', { optional: true })
  by?: Grouping;
}

export class ListSessions extends PageQuery {
  /** Only sessions of this agent. */
  @QueryText()
  agent?: string;

  /**
   * Only sessions that started so long ago or later; all when not given.
   * @example 7d
   */
  @Parsed(parseDuration, DURATION_FORM)
  range?: string;
}

export class ListUsageVms extends PageQuery {
  /** Only VMs with this role. */
  @OneOf(USAGE_VM_ROLES, 'UsageVmRole', { optional: true })
  role?: UsageVmRole;

  /** Only VMs of this agent. */
  @QueryText()
  agent?: string;

  /**
   * Only VMs that were created so long ago or later; all when not given.
   * @example 7d
   */
  @Parsed(parseDuration, DURATION_FORM)
  range?: string;
}
