import { Meter } from '../../bench/support/meter.ts';
import { cpuMicroseconds } from '../../bench/support/process-usage.ts';
import { milliseconds, table, whole } from '../../bench/support/table.ts';
import { HttpClient, type Wire } from './http.ts';
import { TOKEN, withServer } from './target.ts';

const CONNECTIONS = 20;
const PHASE_MS = 4000;
const WARM_UP_MS = 500;

const COLUMNS = [
  'one good client beside',
  'its requests/s',
  'p50',
  'p99',
  "others' requests/s",
  'server CPU µs/request',
  "others' answers",
];

const read = (token: string): Wire => ({
  method: 'GET',
  path: '/board/tasks?limit=1',
  headers: [['Authorization', `Bearer ${token}`]],
});

/** Whom a client with a good token shares the server with. */
const OTHERS: [who: string, connections: number, wire: Wire][] = [
  ['nobody', 0, read(TOKEN)],
  [`${CONNECTIONS} connections that may read`, CONNECTIONS, read(TOKEN)],
  [`${CONNECTIONS} connections that guess`, CONNECTIONS, read('guess')],
];

/**
 * Measures how a client with a good token fares beside others at the same address, and says so in a table.
 * @throws Error when it was refused anything
 */
export async function guessing(): Promise<string> {
  const rows: string[][] = [];
  await withServer(async ({ url, child }) => {
    for (const [who, connections, wire] of OTHERS)
      rows.push([who, ...(await measure(url, child.pid ?? 0, connections, wire))]);
  });
  return table(COLUMNS, rows);
}

async function measure(url: string, pid: number, connections: number, wire: Wire): Promise<string[]> {
  const [startedAt, cpuBefore] = [performance.now(), cpuMicroseconds(pid) ?? NaN];
  const isOver = (): boolean => performance.now() - startedAt > WARM_UP_MS + PHASE_MS;
  const answers = new Map<number, number>();
  const others = Array.from({ length: connections }, () =>
    repeat(url, wire, isOver, ({ status }) => answers.set(status, (answers.get(status) ?? 0) + 1)),
  );
  const meter = new Meter();
  let warmUp = 0;
  await repeat(url, read(TOKEN), isOver, ({ status, ms }) => {
    if (status !== 200) throw new Error(`a good credential was answered ${status} beside ${connections} that guess`);
    if (performance.now() - startedAt > WARM_UP_MS) meter.record(ms);
    else warmUp += 1;
  });
  await Promise.all(others);
  const total = [...answers.values()].reduce((sum, count) => sum + count, 0);
  const cpu = (cpuMicroseconds(pid) ?? NaN) - cpuBefore;
  const perSecond = (count: number, ms: number): string => whole(count / (ms / 1000));
  return [
    perSecond(meter.requests, PHASE_MS),
    milliseconds(meter.percentile(50)),
    milliseconds(meter.percentile(99)),
    perSecond(total, WARM_UP_MS + PHASE_MS),
    whole(cpu / (total + meter.requests + warmUp)),
    [...answers].map(([status, count]) => `${status}: ${whole(count)}`).join(', '),
  ];
}

async function repeat(
  url: string,
  wire: Wire,
  isOver: () => boolean,
  heard: (answer: { status: number; ms: number }) => void,
): Promise<void> {
  const client = new HttpClient(url);
  try {
    while (!isOver()) {
      const sentAt = performance.now();
      const { status } = await client.send(wire);
      heard({ status, ms: performance.now() - sentAt });
    }
  } finally {
    client.close();
  }
}
