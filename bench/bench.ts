import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureFanOut, measureSteadyFanOut } from './load/fan-out.ts';
import { serverLoads } from './load/loads.ts';
import { type Compared, compare, type Figures } from './load/measure.ts';
import { post, seed } from './load/seed.ts';
import { type ChildServer, startScript, startServer } from './support/child-server.ts';
import { HttpClient } from './support/http-client.ts';
import { residentMebibytes } from './support/process-usage.ts';
import { milliseconds, table, whole } from './support/table.ts';

const HELP = `Measures the built server next to a bare node:http server in the same run: before and after each load.

  npm run bench -- [options]

  --seconds <n>     how long each load lasts (4)
  --scales <list>   by how much the 2,000 tasks, 500 VMs, 10,000 events, 10,000 log lines and 1,000 sessions are
                    multiplied; with a second one, what it changes is shown (1)
  --only <text>     only loads whose name contains this
  --help
`;
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
const FAN_OUT = 'SSE deliveries';
const FAN_OUT_MIN = 90_000;
const STEADY_P99_MAX_MS = 300;
/** What ten times the data may leave of a load's requests, for each row that it returns. */
const SCALED_MIN = 0.8;

interface Run {
  rows: Compared[];
  /** How many rows the answers have, by load. */
  returned: Map<string, number>;
  streams: Figures[];
  memory: string;
}

async function bench(scale: number, seconds: number, isWanted: (name: string) => boolean): Promise<Run> {
  const token = randomBytes(16).toString('hex');
  const children: ChildServer[] = [];
  try {
    const bare = await startScript(join(import.meta.dirname, 'baseline.ts'));
    children.push(bare);
    const server = await startServer(token);
    children.push(server);
    const client = new HttpClient(server.url, token);
    const startedAt = performance.now();
    const seeded = await seed(client, scale);
    console.error(`${scale}×: seeded in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    const seededMemory = residentMemory(server.pid);

    const rows: Compared[] = [];
    const returned = new Map<string, number>();
    for (const load of serverLoads(seeded).filter(({ name }) => isWanted(name))) {
      // Seeding and the loads before may have taken longer than a VM may be silent.
      for (const id of seeded.lieutenants) await post(client, `/registry/vms/${id}/heartbeat`, {});
      const row = await compare(load, { ...server, token }, bare, seconds);
      rows.push(row);
      const [call] = load.calls;
      if (call?.method === 'GET') returned.set(row.name, rowsIn((await client.send('GET', call.path)).text));
      console.error(`${row.name}: ${whole(row.perSecond)}/s, ${row.toBare.toFixed(2)} of bare`);
    }
    const streams: Figures[] = [];
    if (isWanted(FAN_OUT)) {
      streams.push(await measureFanOut(client, server.pid, seconds));
      streams.push(await measureSteadyFanOut(client, { ...server, token }, seconds));
    }
    client.close();
    return {
      rows,
      returned,
      streams,
      memory: `${seededMemory} after seeding, ${residentMemory(server.pid)} at the end`,
    };
  } finally {
    for (const child of children) await child.stop();
  }
}

function report({ rows, streams, memory }: Run): boolean {
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
function reportScaled(first: Run, scaled: Run, scale: number): boolean {
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

function rowsIn(text: string): number {
  const answer = JSON.parse(text) as unknown[] | { count?: number };
  return Array.isArray(answer) ? answer.length : (answer.count ?? 1);
}

function residentMemory(pid: number): string {
  const mebibytes = residentMebibytes(pid);
  return mebibytes === undefined ? 'n/a' : `${whole(mebibytes)} MiB`;
}

try {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '4' },
      scales: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  const seconds = Number(values.seconds);
  const [scale = 1, ...more] = values.scales.split(',').map(Number);
  if (values.help) console.log(HELP);
  else if (!(seconds > 0) || [scale, ...more].some((one) => !Number.isInteger(one) || one < 1))
    throw new Error('--seconds and --scales must be numbers above 0');
  else {
    const isWanted = (name: string): boolean => name.toLowerCase().includes(values.only.toLowerCase());
    const first = await bench(scale, seconds, isWanted);
    let held = report(first);
    for (const next of more) held = reportScaled(first, await bench(next, seconds, isWanted), next / scale) && held;
    process.exitCode = held ? 0 : 1;
  }
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
