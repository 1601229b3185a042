import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureFanOut } from './load/fan-out.ts';
import { BASELINES, type Load, serverLoads } from './load/loads.ts';
import { type Figures, measure } from './load/measure.ts';
import { post, seed } from './load/seed.ts';
import { type ChildServer, startScript, startServer } from './support/child-server.ts';
import { HttpClient } from './support/http-client.ts';
import { residentMebibytes } from './support/process-usage.ts';
import { milliseconds, table, whole } from './support/table.ts';

const HELP = `Measures the built server next to a bare node:http server in the same run.

  npm run bench -- [options]

  --seconds <n>     how long each load lasts (4)
  --scale <n>       multiplies the 2,000 tasks, 500 VMs, 10,000 events and 10,000 log lines (1)
  --only <text>     only loads whose name contains this
  --help
`;
const HEADER = ['load, 50 connections unless said', 'requests/s', 'p50', 'p99', 'CPU µs/request', 'to bare', 'errors'];
const FAN_OUT = 'SSE deliveries';

interface Row extends Figures {
  /** Which bare load it is compared with. */
  baseline?: Load['baseline'];
}

async function bench(seconds: number, scale: number, only: string): Promise<boolean> {
  const isWanted = (name: string): boolean => name.toLowerCase().includes(only.toLowerCase());
  const token = randomBytes(16).toString('hex');
  const children: ChildServer[] = [];
  try {
    const baseline = await startScript(join(import.meta.dirname, 'baseline.ts'));
    children.push(baseline);
    const server = await startServer(token);
    children.push(server);
    const client = new HttpClient(server.url, token);
    const startedAt = performance.now();
    const seeded = await seed(client, scale);
    console.error(`seeded in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    const seededMemory = residentMemory(server.pid);

    const rows: Row[] = [];
    const bare: Record<Load['baseline'], number[]> = { GET: [], POST: [] };
    const measureBare = async (): Promise<void> => {
      for (const load of BASELINES) {
        const figures = await measure(load, baseline, seconds);
        bare[load.baseline].push(figures.perSecond);
        rows.push(figures);
        say(figures);
      }
    };
    await measureBare();
    for (const load of serverLoads(seeded).filter(({ name }) => isWanted(name))) {
      // Seeding and the loads before may have taken longer than a VM may be silent.
      for (const id of seeded.lieutenants) await post(client, `/registry/vms/${id}/heartbeat`, {});
      const figures = await measure(load, { ...server, token }, seconds);
      rows.push({ ...figures, baseline: load.baseline });
      say(figures);
    }
    // Once more, because machines do not stay equally fast; the ratio is to the mean of both.
    await measureBare();
    if (isWanted(FAN_OUT)) rows.push(await measureFanOut(client, server.pid, seconds));
    client.close();
    console.log(
      `\n${table(
        HEADER,
        rows.map((row) => cells(row, bare)),
      )}`,
    );
    console.log(`\nRSS of the server: ${seededMemory} after seeding, ${residentMemory(server.pid)} at the end`);
    return rows.every(({ errors }) => errors === 0);
  } finally {
    for (const child of children) await child.stop();
  }
}

function cells(row: Row, bare: Record<Load['baseline'], number[]>): string[] {
  const { name, perSecond, p50, p99, cpuPerRequest, baseline, errors } = row;
  const ratio = baseline && perSecond / mean(bare[baseline]);
  return [
    name,
    whole(perSecond),
    milliseconds(p50),
    milliseconds(p99),
    cpuPerRequest === undefined ? 'n/a' : cpuPerRequest.toFixed(1),
    ratio === undefined ? '' : `${ratio.toFixed(2)}×`,
    whole(errors),
  ];
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function residentMemory(pid: number): string {
  const mebibytes = residentMebibytes(pid);
  return mebibytes === undefined ? 'n/a' : `${whole(mebibytes)} MiB`;
}

/** To standard error, so that the table alone can be kept. */
function say({ name, perSecond }: Figures): void {
  console.error(`${name}: ${whole(perSecond)}/s`);
}

try {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '4' },
      scale: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  const [seconds, scale] = [Number(values.seconds), Number(values.scale)];
  if (values.help) console.log(HELP);
  else if (!(seconds > 0) || !Number.isInteger(scale) || scale < 1)
    throw new Error('--seconds and --scale must be numbers above 0');
  else process.exitCode = (await bench(seconds, scale, values.only)) ? 0 : 1;
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
