import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../common/clock.js';
import { type BucketSum, type NamedSum, type Summary, UsageSumsRepository } from './usage-sums.repository.js';
import { bucketStarts, rangeUntil, timestamp, tooManyRows } from './usage-span.js';
import type { Grouping } from './usage-summary.entity.js';
import { DEFAULT_RANGE, type RangeQuery, type SeriesQuery } from './usage.dto.js';

const SERIES_MAX_ROWS = 10_000;
/** How many ranges are kept: those of the dashboard, and a few more. */
const KEPT_RANGES = 16;
const KEYS: Record<Exclude<Grouping, 'none'>, string> = { agent: 'byAgent', model: 'byModel' };

/** The sums of a range, for as long as they would come out the same. */
interface KeptSummary {
  json: string;
  version: number;
  /** Where the range began, and until where it may begin, in milliseconds since 1970. */
  from: number;
  oldest: number;
}

/** Sums over what was used. Names become keys as text, so that none of them can mean anything else. */
@Injectable()
export class UsageReportService {
  private readonly kept = new LRUCache<string, KeptSummary>({ max: KEPT_RANGES });

  constructor(
    private readonly repository: UsageSumsRepository,
    private readonly clock: Clock,
  ) {}

  /** The JSON of the sums of a range. */
  async summary({ range = DEFAULT_RANGE }: RangeQuery): Promise<string> {
    const { from } = rangeUntil(this.clock.now(), range);
    const { version } = this.repository;
    const kept = this.kept.get(range);
    if (kept?.version === version && kept.from <= from && from <= kept.oldest) return kept.json;
    const summary = await this.repository.summary(timestamp(from));
    const json = summaryJson(range, summary);
    this.kept.set(range, { json, version, from, oldest: summary.oldest });
    return json;
  }

  /**
   * The JSON of the sums of a range by hour or day.
   * @throws DomainError `invalid_input` when it would have more than 10,000 rows
   */
  async series({ range = DEFAULT_RANGE, bucket = 'hour', by = 'none' }: SeriesQuery): Promise<string> {
    const span = rangeUntil(this.clock.now(), range);
    const starts = bucketStarts(span, bucket, SERIES_MAX_ROWS);
    const [from, now] = [timestamp(span.from), timestamp(span.to)];
    const sums = await this.repository.series(from, now, bucket, by, SERIES_MAX_ROWS + 1);
    if (sums.length > SERIES_MAX_ROWS) throw tooManyRows(SERIES_MAX_ROWS);
    const byStart = Map.groupBy(sums, ({ start }) => start);
    const buckets = starts.map((start) => bucketJson(start, byStart.get(start) ?? [], by));
    const head = JSON.stringify({ range, bucket, by }).slice(0, -1);
    return `${head},"buckets":[${buckets.join(',')}],"count":${buckets.length}}`;
  }
}

function summaryJson(range: string, { sums, vms }: Summary): string {
  const totals = sums.find(({ kind }) => kind === 'totals')?.json ?? '';
  const by = (kind: NamedSum['kind']): string => named(sums.filter((sum) => sum.kind === kind));
  return (
    `{"range":${JSON.stringify(range)},"totals":{${totals},"vms":${vms}},` +
    `"byAgent":${by('agent')},"byModel":${by('model')},"byParent":${by('parent')}}`
  );
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
