import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildServer, startServer } from './support/child-server.ts';
import { HttpClient } from './support/http-client.ts';
import { inParallel, range } from './support/in-parallel.ts';
import { Meter } from './support/meter.ts';
import { cpuMicroseconds } from './support/process-usage.ts';
import { milliseconds, table, whole } from './support/table.ts';

// What claims cost: agents that wait for a task, how soon they get one, and how many claims a second there can be.

const WAITERS = 200;
const IDLE_SECONDS = 6;
/** Shorter than what the client takes for silence. */
const WAIT_SECONDS = 14;
const PACE_MS = 5;
const TASKS = 5000;
const CONNECTIONS = 50;

const token = randomBytes(16).toString('hex');
const server = await startServer(token);
const client = new HttpClient(server.url, token);

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const { status, text } = await client.send('POST', path, body);
  if (status >= 300) throw new Error(`POST ${path}: ${status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

/** The share of a core that the server takes while nobody asks for anything. */
async function idleShare({ pid }: ChildServer): Promise<number> {
  const before = cpuMicroseconds(pid) ?? NaN;
  await sleep(IDLE_SECONDS * 1000);
  return ((cpuMicroseconds(pid) ?? NaN) - before) / (IDLE_SECONDS * 1_000_000);
}

const createTask = (i: number): Promise<unknown> => post('/board/tasks', { title: `task ${i}`, createdBy: 'bench' });

/** When each task was asked to be created, by title. */
const bornAt = new Map<string, number>();

/** Waits for one task and notes how long it took from its creation. */
async function waitFor(i: number, meter: Meter): Promise<void> {
  const { task } = await post('/board/claim', { agent: `waiter-${i}`, waitSeconds: WAIT_SECONDS });
  const { title } = (task ?? {}) as { title?: string };
  if (title === undefined) throw new Error(`waiter ${i} got nothing`);
  meter.record(performance.now() - (bornAt.get(title) ?? NaN));
}

try {
  const idle = await idleShare(server);
  const served = new Meter();
  const waiting = range(WAITERS).map((i) => waitFor(i, served));
  await sleep(500);
  const idleWithWaiters = await idleShare(server);
  for (const i of range(WAITERS)) {
    bornAt.set(`task ${i}`, performance.now());
    await createTask(i);
    await sleep(PACE_MS);
  }
  await Promise.all(waiting);

  await inParallel(range(TASKS), CONNECTIONS, async (i) => {
    await createTask(i);
  });
  const claims = new Meter();
  const cpuBefore = cpuMicroseconds(server.pid) ?? NaN;
  await inParallel(range(TASKS), CONNECTIONS, async (i) => {
    const startedAt = performance.now();
    await post('/board/claim', { agent: `agent-${i % CONNECTIONS}` });
    claims.record(performance.now() - startedAt);
  });
  const { perSecond } = claims;
  const cpu = ((cpuMicroseconds(server.pid) ?? NaN) - cpuBefore) / TASKS;

  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  console.log(
    table(
      ['claims', 'figure'],
      [
        ['CPU of one core, idle', percent(idle)],
        [`CPU of one core, ${WAITERS} waiting for a task`, percent(idleWithWaiters)],
        ['served after the creation was sent, p50', milliseconds(served.percentile(50))],
        ['served after the creation was sent, p99', milliseconds(served.percentile(99))],
        ['served after the creation was sent, slowest', milliseconds(served.percentile(100))],
        [`claims of the next task/s, ${CONNECTIONS} connections, synced`, whole(perSecond)],
        ['claim, p50', milliseconds(claims.percentile(50))],
        ['claim, p99', milliseconds(claims.percentile(99))],
        ['claim, CPU', `${whole(cpu)} µs`],
      ],
    ),
  );
} finally {
  client.close();
  await server.stop();
}
