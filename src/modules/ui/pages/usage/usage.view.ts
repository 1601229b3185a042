import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { OneOf } from '../../../../common/validation/fields.js';
import { parseDuration } from '../../../../common/validation/time.js';
import { type Measure, MEASURES } from '../../../usage/usage-overview.entity.js';
import { BUCKETS_MAX, UsageOverviewService } from '../../../usage/usage-overview.service.js';
import { BUCKET_MS, type Bucket } from '../../../usage/usage-summary.entity.js';
import { DEFAULT_RANGE, SeriesQuery } from '../../../usage/usage.dto.js';
import type { UiPage } from '../../frame/ui-page.js';
import { TokenRate } from '../../gauges/token-rate.js';
import { agentTree } from './agent-tree.js';
import { usageChart } from './usage-chart.js';
import { UsageListsView } from './usage-lists.view.js';
import { rangesFor } from './usage-ranges.js';

const HOURLY_UP_TO_MS = 8 * BUCKET_MS.day;
const TREE_AGENTS = 100;
const NEWEST_SESSIONS = 10;
const NEWEST_VMS = 7;
const FASTEST = 6;

export class UsageQuery extends PickType(SeriesQuery, ['range', 'bucket', 'by'] as const) {
  /** What bars and shares are of; `cost` when not given. */
  @OneOf(MEASURES, 'UsageMeasure', { optional: true })
  measure?: Measure;
}

/** What the swarm costs, over time and by whom. */
@Injectable()
export class UsageView {
  constructor(
    private readonly overview: UsageOverviewService,
    private readonly lists: UsageListsView,
    private readonly rate: TokenRate,
  ) {}

  page({ range = DEFAULT_RANGE, bucket: wanted, by = 'model', measure = 'cost' }: UsageQuery): UiPage {
    const bucket = bucketFor(range, wanted);
    let totals: ReturnType<UsageOverviewService['totals']> | undefined;
    const load = (): NonNullable<typeof totals> => (totals ??= this.overview.totals(range, measure));
    return {
      template: 'usage',
      title: 'Usage',
      data: { range, bucket: bucket.shown, hasHours: bucket.hasHours, by, measure, ranges: rangesFor(range) },
      parts: {
        totals: { live: ['usage'], load },
        models: { live: ['usage'], load },
        chart: {
          live: ['usage'],
          load: async () => {
            const timeline = await this.overview.timeline(range, bucket.shown, by, measure);
            return { chart: usageChart(timeline, bucket.shown, measure) };
          },
        },
        agents: {
          live: ['usage'],
          load: async () => agentTree(await this.overview.agents(range, measure), measure, TREE_AGENTS),
        },
        speed: { live: ['tokens'], load: () => this.rate.read(FASTEST) },
        sessions: { live: ['usage'], load: () => this.lists.latestSessions({ range }, NEWEST_SESSIONS) },
        vms: { live: ['usage'], load: () => this.lists.latestVms({ range }, NEWEST_VMS) },
      },
    };
  }
}

/** Of long ranges hours would be too many to be told apart. */
function bucketFor(range: string, wanted: Bucket | undefined): { shown: Bucket; hasHours: boolean } {
  const span = parseDuration(range) ?? 0;
  const hasHours = span / BUCKET_MS.hour < BUCKETS_MAX - 1;
  const shown = wanted ?? (span <= HOURLY_UP_TO_MS ? 'hour' : 'day');
  return { shown: hasHours ? shown : 'day', hasHours };
}
