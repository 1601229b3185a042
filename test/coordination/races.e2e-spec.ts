import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../../bench/support/http-client.js';
import { range } from '../../bench/support/in-parallel.js';
import { temporaryFolder } from '../support/app.js';
import { freePort, ServerProcess } from '../support/server.js';
import { claimsIn, createTasks, inOrder, type Won, wonBy } from './support.js';

const CONNECTIONS = 20;
const TASKS = 250;
/** Starts of a round: until then there is nothing to win. */
const KILLS = 4;

let env: Record<string, string>;
let dataDir: string;
let server: ServerProcess;
/** The first of the clients. */
let http: HttpClient;
let clients: HttpClient[];

beforeEach(async () => {
  dataDir = temporaryFolder();
  env = { DATA_DIR: dataDir, PORT: String(await freePort()) };
  server = await ServerProcess.start(env);
  http = new HttpClient(server.url);
  clients = [http, ...range(CONNECTIONS - 1).map(() => new HttpClient(server.url))];
});

afterEach(async () => {
  for (const client of clients) client.close();
  await server.end('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

const agentOf = (connection: number): string => `agent-${connection}`;

/** Each connection tries to get each task, all of them the same one at about the same time. */
async function fight(tasks: string[], won: Won[]): Promise<void> {
  const fighter = async (client: HttpClient, connection: number): Promise<void> => {
    const agent = agentOf(connection);
    for (const task of tasks) {
      const reply = await client.send('POST', `/board/tasks/${task}/claim`, { agent });
      expect([200, 409]).toContain(reply.status);
      const claim = reply.status === 200 ? wonBy(agent, reply) : undefined;
      if (claim) won.push(claim);
    }
  };
  await Promise.allSettled(clients.map(fighter)).then((ends) => {
    for (const end of ends) if (end.status === 'rejected' && !isBroken(end.reason)) throw end.reason;
  });
}

/** Each connection takes whatever comes next, until there is nothing left. */
async function drain(won: Won[]): Promise<void> {
  const taker = async (client: HttpClient, connection: number): Promise<void> => {
    const agent = agentOf(connection);
    for (;;) {
      const claim = wonBy(agent, await client.send('POST', '/board/claim', { agent }));
      if (!claim) return;
      won.push(claim);
    }
  };
  const ends = await Promise.allSettled(clients.map(taker));
  for (const end of ends) if (end.status === 'rejected' && !isBroken(end.reason)) throw end.reason;
}

/** True for the connection of a server that was killed. */
function isBroken(error: unknown): boolean {
  return ['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes((error as { code?: string }).code ?? '');
}

/** Runs races on one folder, each cut short by a kill and gone on with, until all tasks are taken. */
async function acrossKills(tasks: string[], race: (won: Won[]) => Promise<void>): Promise<Won[]> {
  const won: Won[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const racing = race(won);
    const enough = won.length + tasks.length / (KILLS + 1);
    while (won.length < enough) await sleep(1);
    await server.end('SIGKILL');
    await racing;
    server = await ServerProcess.start(env);
  }
  await race(won);
  return won;
}

/** Each task was claimed once on the disk, and whoever was told to have won it is the one. */
function expectOneWinnerEach(tasks: string[], told: Won[]): void {
  const onDisk = claimsIn(dataDir);
  expect(onDisk.map(({ task }) => task).sort()).toEqual(tasks.toSorted());
  // A winner may claim its task again, which renews its lease under the same fence.
  const winners = new Map(told.map((claim) => [JSON.stringify(claim), claim]));
  const known = new Set(onDisk.map((claim) => JSON.stringify(claim)));
  expect([...winners.keys()].filter((claim) => !known.has(claim))).toEqual([]);
  expect(new Set([...winners.values()].map(({ task }) => task)).size).toBe(winners.size);
}

describe('20 connections', () => {
  it('fight 5,000 times for the same task: each has exactly one winner', async () => {
    const tasks = await createTasks(http, TASKS);
    const won: Won[] = [];
    await fight(tasks, won);
    expect(inOrder(won)).toEqual(inOrder(claimsIn(dataDir)));
    expectOneWinnerEach(tasks, won);
  }, 120_000);

  it('take from a shared queue: each task goes to exactly one of them', async () => {
    const tasks = await createTasks(http, 2500);
    const won: Won[] = [];
    await drain(won);
    expect(inOrder(won)).toEqual(inOrder(claimsIn(dataDir)));
    expectOneWinnerEach(tasks, won);
  }, 120_000);

  it('fight across kill -9: nobody else gets what somebody has won', async () => {
    const tasks = await createTasks(http, TASKS);
    expectOneWinnerEach(tasks, await acrossKills(tasks, (won) => fight(tasks, won)));
  }, 120_000);

  it('take from a shared queue across kill -9: no task goes to two', async () => {
    const tasks = await createTasks(http, 1000);
    expectOneWinnerEach(tasks, await acrossKills(tasks, drain));
  }, 120_000);
});
