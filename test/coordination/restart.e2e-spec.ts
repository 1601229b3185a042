import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LeaseKeeper } from '../../src/modules/board/lease-keeper.js';
import { RecordLogs } from '../../src/common/storage/record-logs.js';
import { temporaryFolder, TestApp } from '../support/app.js';
import { FakeClock } from '../support/fake-clock.js';
import { makeTask } from '../support/make.js';

let dataDir: string;
let app: TestApp;
let clock: FakeClock;

beforeEach(async () => {
  dataDir = temporaryFolder();
  clock = new FakeClock();
  app = await TestApp.start({ dataDir, clock });
});

afterEach(async () => {
  await app.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Stops the server, lets time pass, and starts it again. */
async function restart(secondsLater = 0, meanwhile: () => void = () => undefined): Promise<void> {
  await app.stop();
  meanwhile();
  clock.time += secondsLater * 1000;
  app = await TestApp.start({ dataDir, clock });
}

async function claim(id: string, leaseSeconds: number): Promise<number> {
  const { body } = await app.api.post(`/board/tasks/${id}/claim`).send({ agent: 'ann', leaseSeconds });
  return (body as { lease: { fence: number } }).lease.fence;
}

async function status(id: string): Promise<string> {
  return ((await app.api.get(`/board/tasks/${id}`)).body as { status: string }).status;
}

async function pass(seconds: number): Promise<void> {
  clock.pass(seconds * 1000);
  await app.app.get(LeaseKeeper).sweep();
}

/** Everything that is told of tasks. */
async function board(): Promise<unknown[]> {
  const paths = ['tasks', 'ready', 'ready?tag=x', 'leases', 'dead-letters', 'review'];
  return Promise.all(paths.map(async (path) => (await app.api.get(`/board/${path}`)).body as unknown));
}

describe('a lease across a restart', () => {
  it.each([
    ['what was left of it', 900, 300, 600],
    ['at least 60 s', 900, 899, 60],
    ['at least 60 s, also when its time is over', 900, 5000, 60],
    ['at most its length, when the clock was set back', 900, -5000, 900],
    ['at most its length, when that is less than 60 s', 40, 10, 40],
  ])('runs for %s', async (_, length, away, left) => {
    const { id } = await makeTask(app);
    const fence = await claim(id, length);
    await restart(away);
    await pass(left - 1);
    expect(await status(id)).toBe('in_progress');
    await pass(1);
    expect(await status(id)).toBe('open');
    const late = await app.api.post(`/board/tasks/${id}/complete`).send({ fence });
    expect([late.status, late.body]).toMatchObject([409, { code: 'lease_lost' }]);
  });

  it('is still its holder’s', async () => {
    const { id } = await makeTask(app);
    const fence = await claim(id, 900);
    await restart();
    const other = await app.api.post(`/board/tasks/${id}/claim`).send({ agent: 'bob' });
    expect([other.status, other.body]).toMatchObject([409, { code: 'held', holder: 'ann', secondsLeft: 900 }]);
    expect((await app.api.post(`/board/tasks/${id}/complete`).send({ fence })).status).toBe(200);
  });
});

describe('the board that claims have changed', () => {
  beforeEach(async () => {
    const gone = await makeTask(app, { status: 'done' });
    const ready = await makeTask(app, { tags: ['x', 'y'], priority: 1 });
    await makeTask(app, { tags: ['x'], dependencies: [gone.id] });
    await makeTask(app, { tags: ['x'], dependencies: [ready.id, 'unheard-of'] });
    await app.api.delete(`/board/tasks/${gone.id}`);
    const held = await makeTask(app);
    const fence = await claim(held.id, 900);
    await app.api.post(`/board/tasks/${held.id}/renew`).send({ fence, progress: 'Half way' });
    const dead = await makeTask(app, { maxAttempts: 1 });
    const deadFence = await claim(dead.id, 900);
    await app.api.post(`/board/tasks/${dead.id}/fail`).send({ fence: deadFence, reason: 'No disk' });
    const done = await makeTask(app);
    await app.api.post(`/board/tasks/${done.id}/complete`).send({ fence: await claim(done.id, 900) });
  });

  it.each<[string, () => void]>([
    ['restarted', () => undefined],
    ['rebuilt from its log', () => rmSync(join(dataDir, 'index.sqlite'))],
  ])('is the same when it is %s', async (_, meanwhile) => {
    const before = await board();
    expect(before).toMatchObject([{ count: 6 }, { count: 2 }, { count: 2 }, { count: 1 }, { count: 1 }, { count: 0 }]);
    await restart(0, meanwhile);
    expect(await board()).toEqual(before);
  });

  it('is the same when it is compacted, and rebuilt from that', async () => {
    const before = await board();
    const logs = app.app.get(RecordLogs);
    for (const log of logs.compactable.filter(({ name }) => name === 'board')) await logs.compact(log);
    expect(await board()).toEqual(before);
    await restart(0, () => rmSync(join(dataDir, 'index.sqlite')));
    expect(await board()).toEqual(before);
  });

  it('does not tell renewals without a word in a task’s history', async () => {
    const { leases } = (await board())[3] as { leases: { task: string; fence: number }[] };
    const { task, fence } = leases[0] ?? { task: '', fence: 0 };
    await app.api.post(`/board/tasks/${task}/renew`).send({ fence });
    const { changes } = (await app.api.get(`/board/tasks/${task}/history`)).body as { changes: { action?: string }[] };
    expect(changes.map(({ action }) => action)).toEqual([undefined, 'claim', 'renew']);
  });
});
