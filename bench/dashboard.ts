import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { agentName } from './load/seed.ts';
import { startServer } from './support/child-server.ts';
import { inChromium } from './support/chromium.ts';
import { firstPaints } from './support/first-paint.ts';
import { HttpClient } from './support/http-client.ts';
import { inParallel, range } from './support/in-parallel.ts';
import { liveUpdates } from './support/live-updates.ts';
import { median } from './support/median.ts';
import { milliseconds, table, whole } from './support/table.ts';

// How fast the dashboard is with much on the board: the answer, its size, and in Chromium the first paint and what comes live.

const TASKS = 5000;
const EVENTS = 100_000;
const VMS = 500;
const WORKERS = 64;
const ROUNDS = 15;
const STATUSES = ['open', 'in_progress', 'in_review', 'blocked', 'done'];
const PATHS = ['/ui/', '/ui/tasks', '/ui/review', '/ui/feed'];

const token = randomBytes(16).toString('hex');

async function fill(client: HttpClient): Promise<void> {
  const post = async (path: string, body: object): Promise<void> => {
    const { status, text } = await client.send('POST', path, body);
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${text}`);
  };
  await inParallel(range(TASKS), WORKERS, (i) =>
    post('/board/tasks', {
      title: `Look into report ${i}: the parser keeps files open`,
      createdBy: 'orchestrator',
      status: STATUSES[i % STATUSES.length],
      assignee: agentName(i),
      tags: ['parser', `week-${i % 50}`],
    }),
  );
  await inParallel(range(EVENTS), WORKERS, (i) =>
    post('/feed/events', { agent: agentName(i), type: 'file_changed', summary: `src/parser/tree.ts: +${i} −51` }),
  );
  await inParallel(range(VMS), WORKERS, (i) =>
    post('/registry/vms', { id: `vm-${i}`, name: agentName(i), role: 'worker', address: 'x', registeredBy: 'me' }),
  );
}

/** Time and compressed size of one answer. */
async function ask(url: string, path: string): Promise<{ ms: number; bytes: number; text: Promise<string> }> {
  const startedAt = performance.now();
  const headers = { Authorization: `Bearer ${token}`, 'Accept-Encoding': 'br' };
  const [answer] = (await once(http.get(url + path, { headers }), 'response')) as [http.IncomingMessage];
  const body = Buffer.concat(await answer.toArray());
  const ms = performance.now() - startedAt;
  return { ms, bytes: body.length, text: unpacked(body, answer.headers['content-encoding']) };
}

async function unpacked(body: Buffer, encoding: string | undefined): Promise<string> {
  const { brotliDecompressSync } = await import('node:zlib');
  return (encoding === 'br' ? brotliDecompressSync(body) : body).toString();
}

/** The page with all that it loads, scripts that import each other too. */
async function weight(url: string, path: string): Promise<number> {
  const page = await ask(url, path);
  const seen = new Set<string>();
  let bytes = page.bytes;
  const add = async (text: string): Promise<void> => {
    for (const [file] of text.matchAll(/(?<=["'](\/ui\/static\/|\.\/))[\w+-]+\.[0-9a-f]{12}\.\w+/g)) {
      if (seen.has(file)) continue;
      seen.add(file);
      const asset = await ask(url, `/ui/static/${file}`);
      bytes += asset.bytes;
      if (file.endsWith('.js')) await add(await asset.text);
    }
  };
  await add(await page.text);
  return bytes;
}

const server = await startServer(token);
try {
  const client = new HttpClient(server.url, token);
  await fill(client);
  const rows: string[][] = [];
  for (const path of PATHS) {
    const times: number[] = [];
    for (let i = 0; i < ROUNDS; i += 1) times.push((await ask(server.url, path)).ms);
    const bytes = await weight(server.url, path);
    const slowest = Math.max(...times);
    rows.push([path, milliseconds(median(times)), milliseconds(slowest), (bytes / 1024).toFixed(1)]);
  }
  console.log(table([`${whole(TASKS)} tasks, ${whole(EVENTS)} events`, 'p50', 'max', 'KiB in all'], rows));
  const paints = await inChromium((browser) => firstPaints(browser, server.url, '/ui/', token));
  console.log(`\n${table(['first paint in Chromium', 'median', 'of /health', 'ratio'], paints)}`);
  const publish = async (summary: string): Promise<void> => {
    await client.send('POST', '/feed/events', { agent: agentName(1), type: 'custom', summary });
  };
  const updates = await inChromium(async (browser) => [
    await liveUpdates(browser, `${server.url}/ui/`, token, publish),
  ]);
  console.log(`\n${table(['live, in an open tab', 'median', 'slowest'], updates)}`);
  client.close();
} finally {
  await server.stop();
}
