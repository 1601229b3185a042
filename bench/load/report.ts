import { milliseconds, table, whole } from '../support/table.ts';
import type { Compared, Figures } from './measure.ts';

const HEADER = [
  'load, 50 connections unless said',
  'requests/s',
  'p50',
  'p99',
  'CPU µs',
  'of bare CPU',
  'of bare',
  'target',
  'met',
  'errors',
];
const FAN_OUT_MIN = 90_000;
const STEADY_P99_MAX_MS = 300;
/** What ten times the data may leave of a load's requests, for each row that it returns. */
const SCALED_MIN = 0.8;

/** What was measured with one size of data. */
export interface Run {
  rows: Compared[];
  /** How many rows the answers have, by load. */
  returned: Map<string, number>;
  streams: Figures[];
  memory: string;
}

/** Prints the table; true when every load met its target. */
export function report({ rows, streams, memory }: Run): boolean {
  const [most, steady] = streams;
  const lines = [
    ...rows.map((row) => cells(row, isMet(row), row)),
    ...(most ? [cells(most, most.perSecond >= FAN_OUT_MIN && most.errors === 0, { target: whole(FAN_OUT_MIN) })] : []),
    ...(steady
      ? [cells(steady, steady.p99 <= STEADY_P99_MAX_MS && steady.errors === 0, { target: 'p99 300 ms' })]
      : []),
  ];
  console.log(`\n${table(HEADER, lines)}\n\nRSS of the server: ${memory}`);
  return lines.every((line) => line.at(-2) === 'yes');
}

function isMet({ toBare, p99, errors, load: { target = 0, p99MaxMs = Infinity } }: Compared): boolean {
  return toBare >= target && p99 <= p99MaxMs && errors === 0;
}

function cells(
  { name, perSecond, p50, p99, cpuPerRequest, errors }: Figures,
  met: boolean,
  { cpuToBare, toBare, load, target = load?.target?.toFixed(2) }: Partial<Compared> & { target?: string },
): string[] {
  const times = (ratio: number | undefined): string => ratio?.toFixed(2) ?? '';
  const cpu = cpuPerRequest === undefined ? 'n/a' : cpuPerRequest.toFixed(1);
  const figures = [whole(perSecond), milliseconds(p50), milliseconds(p99), cpu, times(cpuToBare), times(toBare)];
  return [name, ...figures, target ?? '', met ? 'yes' : 'no', whole(errors)];
}

/** What more data changes, in times the bare server's requests and CPU time; and for each row, where it returns more. */
export function reportScaled(first: Run, scaled: Run, scale: number): boolean {
  const lines = scaled.rows.map((row, i) => {
    const before = first.rows[i] ?? row;
    const rows = Math.max(1, scaled.returned.get(row.name) ?? 1) / Math.max(1, first.returned.get(row.name) ?? 1);
    const [requests, cpu] = [(row.toBare / before.toBare) * rows, (row.cpuToBare / before.cpuToBare) * rows];
    const held = Math.max(requests, cpu) >= SCALED_MIN ? 'yes' : 'no';
    return [row.name, whole(row.perSecond), `${rows}`, requests.toFixed(2), cpu.toFixed(2), held];
  });
  const header = [
    `${scale} times the data`,
    'requests/s',
    'rows ×',
    'requests, per row',
    'CPU, per row',
    'at least 0.8',
  ];
  console.log(`\n${table(header, lines)}\n\nRSS of the server: ${scaled.memory}`);
  return lines.every((line) => line.at(-1) === 'yes');
}
