import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import type { AgentUse, Measure, ModelUse, RangeTotals, Timeline } from './usage-overview.entity.js';
import { UsageOverviewRepository } from './usage-overview.repository.js';
import { bucketStarts, rangeUntil, timestamp } from './usage-span.js';
import type { Bucket, Grouping } from './usage-summary.entity.js';

const MODELS_MAX = 12;
const AGENTS_MAX = 5000;
const NAMES_MAX = 6;
/** A month of hours. */
export const BUCKETS_MAX = 750;

/** What a page shows of a range of time such as `7d`: the largest by cost or tokens, and how much the rest is. */
@Injectable()
export class UsageOverviewService {
  constructor(
    private readonly repository: UsageOverviewRepository,
    private readonly clock: Clock,
  ) {}

  /** Sums of the whole range, and of the 12 models that used most. */
  totals(range: string, measure: Measure): Promise<{ totals: RangeTotals; models: ModelUse[] }> {
    return this.repository.totals(timestamp(this.span(range).from), measure, MODELS_MAX);
  }

  /** The 5,000 agents that used most, the largest first. */
  agents(range: string, measure: Measure): Promise<AgentUse[]> {
    return this.repository.agents(timestamp(this.span(range).from), measure, AGENTS_MAX);
  }

  /**
   * Use by hour or day of the 6 names that used most, and of the others together.
   * @throws DomainError `invalid_input` when there are more than 750 buckets
   */
  async timeline(range: string, bucket: Bucket, by: Grouping, measure: Measure): Promise<Timeline> {
    const span = this.span(range);
    const starts = bucketStarts(span, bucket, BUCKETS_MAX);
    const [from, to] = [timestamp(span.from), timestamp(span.to)];
    const uses = await this.repository.timeline({ from, to }, bucket, by, { measure, names: NAMES_MAX });
    return { starts, uses };
  }

  private span(range: string): { from: number; to: number } {
    return rangeUntil(this.clock.now(), range);
  }
}
