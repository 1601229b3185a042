import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { agentName, event, post } from './load/seed.ts';
import { startOn } from './support/child-server.ts';
import { median } from './support/median.ts';
import { HttpClient } from './support/http-client.ts';
import { inParallel, range } from './support/in-parallel.ts';
import { cpuMicroseconds, residentMebibytes } from './support/process-usage.ts';
import { milliseconds, table, whole } from './support/table.ts';

const HELP = `How long the built server takes until it is ready, and what memory it then holds: on an empty folder, on one with many
records after an orderly end, and on that one after kill -9.

  npm run bench:start -- [options]

  --tasks <n>     how many (100,000)
  --events <n>    how many (1,000,000); the two take some five minutes to store
  --folder <dir>  keeps the records there, or takes those that a run before this one has kept
  --help
`;
const ROUNDS = 7;
const WORKERS = 64;
/** What a start leaves to do is done by then. */
const IDLE_MS = 3000;

const token = randomBytes(16).toString('hex');

interface Start {
  ms: number;
  cpuMs: number;
  mebibytes: number;
}

async function fill(dataDir: string, tasks: number, events: number): Promise<void> {
  const server = await startOn({ dataDir, token });
  const client = new HttpClient(server.url, token);
  try {
    const { text } = await client.send('GET', '/board/tasks?limit=1');
    if ((JSON.parse(text) as { count: number }).count > 0) return;
    await inParallel(range(tasks), WORKERS, async (i) => {
      const title = `Look into report ${i}: the parser keeps files open`;
      await post(client, '/board/tasks', {
        title,
        createdBy: 'orchestrator',
        assignee: agentName(i),
        tags: ['parser'],
      });
    });
    await inParallel(range(events), WORKERS, async (i) => {
      await post(client, '/feed/events', event(i));
    });
  } finally {
    client.close();
    await server.stop();
  }
}

async function startOnce(dataDir: string, end: 'stop' | 'kill'): Promise<Start> {
  const startedAt = performance.now();
  const server = await startOn({ dataDir, token });
  const ms = performance.now() - startedAt;
  const cpuMs = (cpuMicroseconds(server.pid) ?? NaN) / 1000;
  await sleep(IDLE_MS);
  const mebibytes = residentMebibytes(server.pid) ?? NaN;
  await server[end]();
  return { ms, cpuMs, mebibytes };
}

async function measure(name: string, start: () => Promise<Start>): Promise<string[]> {
  const starts: Start[] = [];
  for (let i = 0; i < ROUNDS; i += 1) starts.push(await start());
  const middle = (key: keyof Start): number => median(starts.map((one) => one[key]));
  const slowest = Math.max(...starts.map(({ ms }) => ms));
  return [
    name,
    milliseconds(middle('ms')),
    milliseconds(slowest),
    milliseconds(middle('cpuMs')),
    `${whole(middle('mebibytes'))} MiB`,
  ];
}

/** In a folder of its own, which goes away with it. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'vers-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bench(full: string, tasks: number, events: number): Promise<void> {
  await fill(full, tasks, events);
  const records = `${whole(tasks)} tasks, ${whole(events)} events`;
  const rows = [
    await measure('empty', () => inFolder((folder) => startOnce(folder, 'stop'))),
    await measure(records, () => startOnce(full, 'stop')),
    await measure('the same, after kill -9', () => startOnce(full, 'kill')),
  ];
  console.log(table(['start', 'ready (median)', 'slowest', 'CPU', 'RSS idle'], rows));
}

try {
  const { values } = parseArgs({
    options: {
      tasks: { type: 'string', default: '100000' },
      events: { type: 'string', default: '1000000' },
      folder: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [tasks, events] = [Number(values.tasks), Number(values.events)];
  if (values.help) console.log(HELP);
  else if (!(tasks >= 0) || !(events >= 0)) throw new Error('--tasks and --events must be numbers');
  else if (values.folder) await bench(values.folder, tasks, events);
  else await inFolder((folder) => bench(folder, tasks, events));
} catch (error) {
  console.error(`start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
