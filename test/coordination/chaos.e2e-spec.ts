import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../../bench/support/http-client.js';
import { range } from '../../bench/support/in-parallel.js';
import { auditLeases, type HandedIn } from '../../bench/swarm/lease-audit.js';
import type { Lease } from '../../src/modules/board/lease.entity.js';
import { temporaryFolder } from '../support/app.js';
import { freePort, ServerProcess } from '../support/server.js';
import { changesIn } from './support.js';

const AGENTS = 100;
const KILLED = 20;
const PAUSED = 10;
const LAYERS = 10;
const TASKS_A_LAYER = 100;
const DEPENDENCIES = 2;
/** As short as a lease can be. */
const LEASE_SECONDS = 30;
const PAUSE_MS = (LEASE_SECONDS + 3) * 1000;
const RESTART_AFTER_DONE = 300;
const RETRY_MS = 200;

type Fate = 'works' | 'is killed' | 'pauses';

let env: Record<string, string>;
let dataDir: string;
let server: ServerProcess;
let http: HttpClient;
let ids: string[];
/** What was answered to those who finished, or tried to after they had lost their lease. */
const finished: HandedIn[] = [];
const refused: (HandedIn & { code: unknown })[] = [];

/** An answer, from a server that may be away for a moment. */
async function ask(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  for (;;) {
    const reply = await http.send(method, path, body).catch(() => undefined);
    if (reply && reply.status !== 503) return { status: reply.status, body: JSON.parse(reply.text) as unknown };
    await sleep(RETRY_MS);
  }
}

async function countDone(): Promise<number> {
  const { body } = await ask('GET', '/status');
  return (body as { tasks: { done: number } }).tasks.done;
}

/** Takes whatever is ready and finishes it; one that is killed or pauses does so with its first task in hand. */
async function live(agent: string, fate: Fate): Promise<void> {
  let hasPaused = false;
  while ((await countDone()) < ids.length) {
    const wish = { agent, leaseSeconds: LEASE_SECONDS, waitSeconds: 2 };
    const { task, lease } = (await ask('POST', '/board/claim', wish)).body as { task?: { id: string }; lease?: Lease };
    if (!task || !lease) continue;
    if (fate === 'is killed') return;
    const path = `/board/tasks/${task.id}`;
    if (fate === 'pauses' && !hasPaused) {
      hasPaused = true;
      await sleep(PAUSE_MS);
    } else {
      await ask('POST', `${path}/renew`, { fence: lease.fence, progress: 'Half way' });
    }
    const { status, body } = await ask('POST', `${path}/complete`, { fence: lease.fence });
    const attempt = { task: task.id, agent, fence: lease.fence };
    if (status === 200) finished.push(attempt);
    else refused.push({ ...attempt, code: (body as { code?: unknown }).code });
  }
}

/** Kills the server once, in the middle of it all. */
async function restartInMidRun(): Promise<void> {
  while ((await countDone()) < RESTART_AFTER_DONE) await sleep(RETRY_MS);
  await server.end('SIGKILL');
  server = await ServerProcess.start(env);
}

const keyOf = ({ task, agent, fence }: HandedIn): string => JSON.stringify([task, agent, fence]);

async function createTasks(): Promise<string[]> {
  const layers: string[][] = [];
  for (const layer of range(LAYERS)) {
    const create = async (i: number): Promise<string> => {
      const before = layers[layer - 1] ?? [];
      const dependencies = before.length === 0 ? [] : range(DEPENDENCIES).map((n) => before[(i * 7 + n * 31) % 100]);
      const task = { title: `${layer}.${i}`, createdBy: 'chaos', dependencies, maxAttempts: 100 };
      return ((await ask('POST', '/board/tasks', task)).body as { id: string }).id;
    };
    layers.push(await Promise.all(range(TASKS_A_LAYER).map(create)));
  }
  return layers.flat();
}

beforeAll(async () => {
  dataDir = temporaryFolder();
  env = { DATA_DIR: dataDir, PORT: String(await freePort()) };
  server = await ServerProcess.start(env);
  http = new HttpClient(server.url);
  ids = await createTasks();
  const fates = range(AGENTS).map((i): Fate => (i < KILLED ? 'is killed' : i < KILLED + PAUSED ? 'pauses' : 'works'));
  await Promise.all([restartInMidRun(), ...fates.map((fate, i) => live(`agent-${i}`, fate))]);
}, 300_000);

afterAll(async () => {
  http.close();
  await server.end('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

describe('100 agents on 1,000 tasks, a fifth killed, a tenth asleep past their lease, and a server that is killed', () => {
  it('do every task exactly once, each by who held it and after what it waits for', () => {
    const { problems, handedIn, done, held } = auditLeases(changesIn(dataDir), finished);
    expect(problems).toEqual([]);
    expect(handedIn.sort()).toEqual(ids.toSorted());
    expect([done.length, held]).toEqual([ids.length, []]);
  });

  it('are refused where they come too late, and told so', () => {
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.filter(({ code }) => code !== 'lease_lost')).toEqual([]);
    const done = new Set(finished.map(keyOf));
    expect(refused.filter((attempt) => done.has(keyOf(attempt)))).toEqual([]);
  });

  it('leave nothing leased, waiting or given up', async () => {
    for (const path of ['leases', 'ready', 'dead-letters']) {
      expect([path, (await ask('GET', `/board/${path}`)).body]).toMatchObject([path, { count: 0 }]);
    }
    expect((await ask('GET', '/status')).body).toMatchObject({ tasks: { open: 0, in_progress: 0, done: ids.length } });
  });
});
