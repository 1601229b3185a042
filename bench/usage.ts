import { DuckDBInstance } from '@duckdb/node-api';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ChildServer, startOn, startServer } from './support/child-server.ts';
import { HttpClient } from './support/http-client.ts';
import { Meter } from './support/meter.ts';
import { residentMebibytes } from './support/process-usage.ts';
import { milliseconds, table, whole } from './support/table.ts';

const HELP = `Loads session rows into an empty usage.duckdb and measures the sums over them through HTTP.

  npm run bench:usage -- [options]

  --rows <n>      sessions, of 200 agents and 6 models, spread over the last 7 days (1,000,000)
  --requests <n>  how often each path is asked, one after the other (100)
  --help
`;
const WARM_UP_REQUESTS = 5;
const PATHS = [
  '/usage?range=7d',
  '/usage?range=24h',
  '/usage/series?range=7d',
  '/usage/series?range=7d&bucket=day&by=agent',
  '/usage/series?range=7d&bucket=hour&by=model',
  '/usage/sessions?limit=50',
  '/usage/sessions?limit=50&agent=agent-7&range=7d',
  '/ui/usage',
  '/ui/usage?range=7d&by=agent',
];
/** One in ten sessions has no parent; ids are as long as ULIDs are, and smaller than those to come. */
const LOAD = `
  INSERT INTO usage_sessions
  SELECT printf('00000000000000%012d', i), 'session-' || md5(i::VARCHAR), 'agent-' || (i % 200),
    CASE WHEN i % 10 > 0 THEN 'lieutenant-' || (i % 20) END, 'model-' || (i % 6),
    i % 5000, i % 900, i % 90000, i % 7000, i % 102900, (i % 50) / 3e3, (i % 90) / 7e3, (i % 900) / 9e3, (i % 70) / 11e3,
    (i % 1110) / 8e3, i % 40, '{"read":12,"bash":7}', started_at, started_at + INTERVAL 20 MINUTE, started_at
  FROM (
    SELECT i, now()::TIMESTAMP - to_microseconds((($1::BIGINT - i) * 604000000000 / $1::BIGINT)::BIGINT) AS started_at
    FROM range($1::BIGINT) AS numbers(i)
  )`;

async function bench(rows: number, requests: number): Promise<void> {
  const token = randomBytes(16).toString('hex');
  const server = await startServer(token, async (dataDir) => {
    await makeTables(dataDir, token);
    await load(join(dataDir, 'usage.duckdb'), rows);
  });
  try {
    const client = new HttpClient(server.url, token);
    const results: string[][] = [];
    for (const path of PATHS) results.push(await measure(client, path, requests));
    results.push(await measurePosts(client, requests));
    client.close();
    console.log(`\n${table([`${whole(rows)} sessions`, 'p50', 'p95', 'max', 'KiB'], results)}`);
    console.log(`\nRSS of the server: ${memoryOf(server)}`);
  } finally {
    await server.stop();
  }
}

/** A server makes them when it is first asked for usage. */
async function makeTables(dataDir: string, token: string): Promise<void> {
  const server = await startOn({ dataDir, token });
  const client = new HttpClient(server.url, token);
  await client.send('GET', '/usage');
  client.close();
  await server.stop();
}

/** Into the tables that the server has made, while it is not running. */
async function load(path: string, rows: number): Promise<void> {
  const startedAt = performance.now();
  const instance = await DuckDBInstance.create(path, { threads: '2' });
  const connection = await instance.connect();
  await connection.run("SET timezone = 'UTC'");
  await connection.run(LOAD, [rows]);
  connection.closeSync();
  instance.closeSync();
  console.error(`loaded in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

async function measure(client: HttpClient, path: string, requests: number): Promise<string[]> {
  const meter = new Meter();
  let size = 0;
  for (let i = -WARM_UP_REQUESTS; i < requests; i += 1) {
    const startedAt = performance.now();
    const { status, text } = await client.send('GET', path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${text}`);
    if (i >= 0) meter.record(performance.now() - startedAt);
    size = text.length;
  }
  return cells(`GET ${path}`, meter, whole(size / 1024));
}

/** New sessions and retries in turn, 20 at a time: both look for their key among all rows. */
async function measurePosts(client: HttpClient, requests: number): Promise<string[]> {
  const meter = new Meter();
  const counts = { input: 1, output: 1, cacheRead: 1, cacheWrite: 1, total: 4 };
  const startedAt = new Date().toISOString();
  const session = { agent: 'agent-1', model: 'model-1', tokens: counts, cost: counts, turns: 1, startedAt };
  await Promise.all(
    Array.from({ length: 20 }, async (_, worker) => {
      for (let i = 0; i < requests; i += 1) {
        const sentAt = performance.now();
        const body = { ...session, sessionId: `${worker}-${i >> 1}`, endedAt: startedAt };
        const { status, text } = await client.send('POST', '/usage/sessions', body);
        if (status !== 201) throw new Error(`POST /usage/sessions answered ${status}: ${text}`);
        meter.record(performance.now() - sentAt);
      }
    }),
  );
  return cells(`POST /usage/sessions, 20 conn., ${whole(meter.perSecond)}/s`, meter, '');
}

function cells(name: string, meter: Meter, size: string): string[] {
  return [name, ...[50, 95, 100].map((percent) => milliseconds(meter.percentile(percent))), size];
}

function memoryOf({ pid }: ChildServer): string {
  const mebibytes = residentMebibytes(pid);
  return mebibytes === undefined ? 'n/a' : `${whole(mebibytes)} MiB`;
}

try {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000000' },
      requests: { type: 'string', default: '100' },
      help: { type: 'boolean', default: false },
    },
  });
  const [rows, requests] = [Number(values.rows), Number(values.requests)];
  if (values.help) console.log(HELP);
  else if (!(Number.isInteger(rows) && rows > 0 && Number.isInteger(requests) && requests > 0))
    throw new Error('--rows and --requests must be whole numbers above 0');
  else await bench(rows, requests);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
