import { html, Html } from '../../../../common/pages/html.js';
import type { Measure, Timeline } from '../../../usage/usage-overview.entity.js';
import type { Bucket } from '../../../usage/usage-summary.entity.js';
import { compact, compactDollars } from '../../kit/formats.js';
import { bucketName, niceMax, xTicks } from './usage-axis.js';

const HEIGHT = 100;
const COLUMN = 10;
const GAP = 1.6;
/** What is not told apart stands last. */
const REST = 'rest';

/** One colour of the chart. */
export interface ChartSeries {
  /** `1`, `2`, … by size, or `rest`. */
  key: string;
  /** Nothing for the rest. */
  name?: string;
  total: number;
  /** By bucket. */
  values: number[];
}

export interface UsageChart {
  series: ChartSeries[];
  total: number;
  /** From the top down. */
  yLabels: string[];
  plot: Html;
  xAxis: Html;
  /** The newest buckets with something in them, newest first. */
  rows: { start: string; name: string; total: number; values: number[] }[];
}

const ROWS_MAX = 100;

/** Bars by bucket, one series upon the other. */
export function usageChart(timeline: Timeline, bucket: Bucket, measure: Measure): UsageChart {
  const series = seriesOf(timeline, measure);
  const sums = timeline.starts.map((_, i) => series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
  const max = niceMax(Math.max(...sums));
  const format = measure === 'cost' ? compactDollars : compact;
  const names = timeline.starts.map((start) => bucketName(start, bucket));
  const rows = timeline.starts.map((start, i) => ({
    start: new Date(start).toISOString(),
    name: names[i] ?? '',
    total: sums[i] ?? 0,
    values: series.map(({ values }) => values[i] ?? 0),
  }));
  return {
    series,
    total: sums.reduce((sum, value) => sum + value, 0),
    yLabels: [4, 3, 2, 1, 0].map((quarter) => format((max * quarter) / 4)),
    plot: plotOf(series, max, names, sums, format),
    xAxis: xAxisOf(timeline.starts, bucket),
    rows: rows
      .filter(({ total }) => total > 0)
      .slice(-ROWS_MAX)
      .reverse(),
  };
}

/** The largest first, the rest last. */
function seriesOf({ starts, uses }: Timeline, measure: Measure): ChartSeries[] {
  const places = new Map(starts.map((start, i) => [start, i]));
  const named = [...Map.groupBy(uses, ({ name }) => name)].map(([name, parts]) => {
    const values = new Array<number>(starts.length).fill(0);
    for (const part of parts) values[places.get(part.start) ?? -1] = part[measure];
    return { name: name ?? undefined, values, total: parts.reduce((sum, part) => sum + part[measure], 0) };
  });
  const isRest = ({ name }: { name?: string }): number => (name === undefined ? 1 : 0);
  return named
    .sort((a, b) => isRest(a) - isRest(b) || b.total - a.total)
    .map((series, i) => ({ ...series, key: series.name === undefined ? REST : String(i + 1) }));
}

function plotOf(
  series: ChartSeries[],
  max: number,
  names: string[],
  sums: number[],
  format: (value: number) => string,
): Html {
  const width = names.length * COLUMN;
  const floors = new Array<number>(names.length).fill(0);
  const paths = series.map(
    ({ key, values }) => html`<path class="is-series-${key}" d="${barsOf(values, floors, max)}" />`,
  );
  const hits = names.map((name, i) => {
    const parts = series
      .map(({ key, name: of = 'Others', values }) => [key, of, values[i] ?? 0] as const)
      .filter(([, , value]) => value > 0)
      .map(([key, of, value]) => [key, of.slice(0, 80), format(value)]);
    const tip = JSON.stringify({ name, total: format(sums[i] ?? 0), parts });
    return html`<rect x="${i * COLUMN}" width="${COLUMN}" height="${HEIGHT}" data-tip="${tip}" />`;
  });
  return html`<svg class="chart-bars" viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    <g class="chart-grid">
      ${[0, 25, 50, 75, 100].map((y) => html`<line x1="0" x2="${width}" y1="${y}" y2="${y}" />`)}
    </g>
    ${paths}
    <g class="chart-hits">${hits}</g>
  </svg>`;
}

/** All bars of a series as one path; `floors` are where they begin, and are raised by them. */
function barsOf(values: number[], floors: number[], max: number): string {
  return values
    .map((value, i) => {
      const height = (value / max) * HEIGHT;
      if (height === 0) return '';
      const floor = floors[i] ?? 0;
      floors[i] = floor + height;
      const [x, y] = [i * COLUMN + GAP / 2, HEIGHT - floor - height];
      return `M${x} ${y.toFixed(2)}h${COLUMN - GAP}v${height.toFixed(2)}h${GAP - COLUMN}z`;
    })
    .join('');
}

function xAxisOf(starts: number[], bucket: Bucket): Html {
  const ticks = xTicks(starts, bucket).map(
    ({ place, text }) => html`<text x="${place.toFixed(2)}%" y="12">${text}</text>`,
  );
  return html`<svg class="chart-x" aria-hidden="true">${ticks}</svg>`;
}
