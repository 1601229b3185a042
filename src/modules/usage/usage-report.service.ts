import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { invalidInput } from '../../common/errors/domain-error.js';
import { parseDuration } from '../../common/validation/time.js';
import { type BucketSum, type NamedSum, UsageSumsRepository } from './usage-sums.repository.js';
import type { Bucket, Grouping } from './usage-summary.entity.js';
import type { RangeQuery, SeriesQuery } from './usage.dto.js';

const DEFAULT_RANGE = '7d';
const SERIES_MAX_ROWS = 10_000;
const BUCKET_MS: Record<Bucket, number> = { hour: 3_600_000, day: 86_400_000 };
const KEYS: Record<Exclude<Grouping, 'none'>, string> = { agent: 'byAgent', model: 'byModel' };

/** Sums over what was used. Names become keys as text, so that none of them can mean anything else. */
@Injectable()
export class UsageReportService {
  constructor(
    private readonly repository: UsageSumsRepository,
    private readonly clock: Clock,
  ) {}

  /** The JSON of the sums of a range. */
  async summary({ range = DEFAULT_RANGE }: RangeQuery): Promise<string> {
    const { sums, vms } = await this.repository.summary(timestamp(this.clock.now() - spanOf(range)));
    const totals = sums.find(({ kind }) => kind === 'totals')?.json ?? '';
    const by = (kind: NamedSum['kind']): string => named(sums.filter((sum) => sum.kind === kind));
    return (
      `{"range":${JSON.stringify(range)},"totals":{${totals},"vms":${vms}},` +
      `"byAgent":${by('agent')},"byModel":${by('model')},"byParent":${by('parent')}}`
    );
  }

  /**
   * The JSON of the sums of a range by hour or day.
   * @throws DomainError `invalid_input` when it would have more than 10,000 rows
   */
  async series({ range = DEFAULT_RANGE, bucket = 'hour', by = 'none' }: SeriesQuery): Promise<string> {
    const now = this.clock.now();
    const from = now - spanOf(range);
    const starts = bucketStarts(from, now, bucket);
    const sums = await this.repository.series(timestamp(from), timestamp(now), bucket, by, SERIES_MAX_ROWS + 1);
    if (sums.length > SERIES_MAX_ROWS) throw tooManyRows();
    const byStart = Map.groupBy(sums, ({ start }) => start);
    const buckets = starts.map((start) => bucketJson(start, byStart.get(start) ?? [], by));
    const head = JSON.stringify({ range, bucket, by }).slice(0, -1);
    return `${head},"buckets":[${buckets.join(',')}],"count":${buckets.length}}`;
  }
}

const NOTHING = '{"input":0,"output":0,"cacheRead":0,"cacheWrite":0,"total":0}';
const EMPTY_SUM = `"tokens":${NOTHING},"cost":${NOTHING},"sessions":0`;

function bucketJson(start: number, sums: BucketSum[], by: Grouping): string {
  const whole = sums.find(({ isWhole }) => isWhole)?.json ?? EMPTY_SUM;
  const parts = by === 'none' ? '' : `,"${KEYS[by]}":${named(sums.filter(({ isWhole }) => !isWhole))}`;
  return `{"start":"${timestamp(start)}",${whole}${parts}}`;
}

function named(sums: { name: string | null; json: string }[]): string {
  return `{${sums.map(({ name, json }) => `${JSON.stringify(name)}:{${json}}`).join(',')}}`;
}

function bucketStarts(from: number, to: number, bucket: Bucket): number[] {
  const size = BUCKET_MS[bucket];
  const first = Math.floor(from / size);
  const count = Math.floor(to / size) - first + 1;
  if (count > SERIES_MAX_ROWS) throw tooManyRows();
  return Array.from({ length: count }, (_, i) => (first + i) * size);
}

function tooManyRows(): Error {
  const message = `range gives more than ${SERIES_MAX_ROWS} rows; make it shorter, or the buckets longer`;
  return invalidInput([{ field: 'range', message }]);
}

function spanOf(range: string): number {
  return parseDuration(range) ?? 0;
}

function timestamp(time: number): string {
  return new Date(time).toISOString();
}
