import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../../../bench/support/child-server.ts';
import { HttpClient } from '../../../bench/support/http-client.ts';
import { inParallel, range } from '../../../bench/support/in-parallel.ts';
import { residentMebibytes } from '../../../bench/support/process-usage.ts';
import { milliseconds, whole } from '../../../bench/support/table.ts';
import { BrokenPeers, type PeerCounts } from './broken-peers.ts';
import type { Row } from './row.ts';
import { steadyLoad } from './steady-load.ts';

const PEERS: PeerCounts = { idleStreams: 500, stuckReaders: 50, halfRequests: 100, neverReading: 20 };
const EVENTS = 10_000;
const PHASE_SECONDS = 10;
/** Until the server has made the answers that nobody reads. */
const SETTLE_SECONDS = 5;
/** Those that take nothing are cut off by then. */
const CUT_OFF_MAX_SECONDS = 120;
const MEMORY_MAX_MEBIBYTES = 600;
const SOAK_SLOPE_MAX = 1;
/** Memory that has only been asked for once is not a slope. */
const SOAK_WARM_UP_SHARE = 0.25;
const SAMPLE_SECONDS = 15;

/** What broken clients do to the others, and to the server's memory. */
export async function peers(soakMinutes: number): Promise<Row[]> {
  const token = randomBytes(16).toString('hex');
  const server = await startServer(token);
  const http = new HttpClient(server.url, token);
  const broken = new BrokenPeers(server.url, token);
  const memory = (): number => residentMebibytes(server.pid) ?? 0;
  try {
    await inParallel(range(EVENTS), 50, async (i) => {
      await http.send('POST', '/feed/events', { agent: `a${i % 20}`, type: 'custom', summary: 'x'.repeat(200) });
    });
    await steadyLoad(http, PHASE_SECONDS / 2);
    const before = await steadyLoad(http, PHASE_SECONDS);
    const memoryBefore = memory();
    await broken.open(PEERS);
    const settling = await steadyLoad(http, SETTLE_SECONDS);
    const during = await steadyLoad(http, PHASE_SECONDS);
    const memoryDuring = memory();
    const cutOffAfter = await untilCutOff(http, broken);
    const [p99Before, p99During] = [before.percentile(99), during.percentile(99)];
    const rows: Row[] = [
      {
        what: `${Object.values(PEERS).join(' + ')} idle, stuck, half-open and never reading peers`,
        done: `p99 ${milliseconds(p99Before)} before, ${milliseconds(p99During)} with them, ${during.errors} errors`,
        held: during.errors === 0 && p99During <= 2 * p99Before,
      },
      {
        what: 'memory with them',
        done: `${whole(memoryBefore)} MiB before, ${whole(memoryDuring)} MiB with them; p99 ${milliseconds(settling.percentile(99))} while they came`,
        held: memoryDuring < MEMORY_MAX_MEBIBYTES,
      },
      {
        what: 'readers that take nothing are cut off, idle streams are not',
        done: `${PEERS.stuckReaders + PEERS.neverReading} cut off after ${whole(cutOffAfter)} s at the latest`,
        held: cutOffAfter < CUT_OFF_MAX_SECONDS && broken.stillOpen.idle === PEERS.idleStreams,
      },
    ];
    if (soakMinutes > 0) rows.push(await soak(http, memory, soakMinutes));
    return rows;
  } finally {
    broken.close();
    http.close();
    await server.stop();
  }
}

/** How many seconds it takes until the server has cut off all that read nothing. */
async function untilCutOff(http: HttpClient, broken: BrokenPeers): Promise<number> {
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  while (broken.stillOpen.deaf > 0 && seconds() < CUT_OFF_MAX_SECONDS) await steadyLoad(http, 1);
  return seconds();
}

/** Goes on under load, with the broken peers that are left, and looks where memory goes. */
async function soak(http: HttpClient, memory: () => number, minutes: number): Promise<Row> {
  const samples: [minute: number, mebibytes: number][] = [];
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / 60_000;
  while (elapsed() < minutes) {
    await steadyLoad(http, SAMPLE_SECONDS);
    if (elapsed() > minutes * SOAK_WARM_UP_SHARE) samples.push([elapsed(), memory()]);
    await sleep(0);
  }
  const perMinute = slope(samples);
  const last = samples.at(-1)?.[1] ?? 0;
  return {
    what: `soak of ${minutes} min under steady load`,
    done: `RSS ${perMinute.toFixed(2)} MiB/min over the last ${whole(minutes * (1 - SOAK_WARM_UP_SHARE))} min, ${whole(last)} MiB at the end`,
    held: perMinute < SOAK_SLOPE_MAX,
  };
}

/** Least squares. */
function slope(samples: [x: number, y: number][]): number {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(samples.map(([x]) => x)), mean(samples.map(([, y]) => y))];
  const top = samples.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  const bottom = samples.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return bottom === 0 ? 0 : top / bottom;
}
