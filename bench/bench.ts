import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureFanOut, measureSteadyFanOut } from './load/fan-out.ts';
import { serverLoads } from './load/loads.ts';
import { type Compared, compare, type Figures } from './load/measure.ts';
import { report, reportScaled, type Run } from './load/report.ts';
import { post, seed } from './load/seed.ts';
import { type ChildServer, startScript, startServer } from './support/child-server.ts';
import { HttpClient } from './support/http-client.ts';
import { residentMebibytes } from './support/process-usage.ts';
import { whole } from './support/table.ts';

const HELP = `Measures the built server next to a bare node:http server in the same run: before and after each load.

  npm run bench -- [options]

  --seconds <n>     how long each load lasts (4)
  --scales <list>   by how much the 2,000 tasks, 500 VMs, 10,000 events, 10,000 log lines and 1,000 sessions are
                    multiplied; with a second one, what it changes is shown (1)
  --only <text>     only loads whose name contains this
  --help
`;
const FAN_OUT = 'SSE deliveries';

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
