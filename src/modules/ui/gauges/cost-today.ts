import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/clock.js';
import { UsageReportService } from '../../usage/usage-report.service.js';
import type { UsageSeries } from '../../usage/usage-summary.entity.js';

const KEPT_MS = 10_000;

/** What the swarm cost since midnight (UTC), and by hour over the last day. */
@Injectable()
export class CostToday {
  private readAt = -Infinity;
  private latest?: Promise<UsageSeries>;

  constructor(
    private readonly usage: UsageReportService,
    private readonly clock: Clock,
  ) {}

  async read(): Promise<{ dollars: number; trend: number[] }> {
    const { buckets } = await this.series();
    const midnight = `${this.clock.timestamp().slice(0, 10)}T`;
    const today = buckets.filter(({ start }) => start >= midnight);
    return {
      dollars: today.reduce((sum, { cost }) => sum + cost.total, 0),
      trend: buckets.map(({ cost }) => cost.total),
    };
  }

  /** However many pages ask, the sums are made every few seconds only. */
  private series(): Promise<UsageSeries> {
    const now = this.clock.now();
    if (!this.latest || now - this.readAt > KEPT_MS) {
      this.readAt = now;
      const series = this.usage.series({ range: '24h', bucket: 'hour', by: 'none' });
      this.latest = series.then((json) => JSON.parse(json) as UsageSeries);
      this.latest.catch(() => (this.latest = undefined));
    }
    return this.latest;
  }
}
