import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, TestApp } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { later, makeEvent, makeTask, makeVm, MINUTE_MS } from './support/make.js';

let app: TestApp;
let clock: FakeClock;
let dataDir: string;

beforeEach(async () => {
  clock = new FakeClock();
  dataDir = temporaryFolder();
  app = await TestApp.start({ clock, dataDir });
});

afterEach(async () => {
  await app.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const NO_TASKS = { open: 0, in_progress: 0, in_review: 0, blocked: 0, done: 0 };

async function status(): Promise<unknown> {
  const { status: code, body } = await app.api.get('/status');
  expect(code).toBe(200);
  return body;
}

async function counted(part: 'tasks' | 'vms' | 'events'): Promise<unknown> {
  return ((await status()) as Record<string, unknown>)[part];
}

describe('GET /status', () => {
  it('counts nothing where there is nothing', async () => {
    expect(await status()).toEqual({ tasks: NO_TASKS, vms: { alive: 0, total: 0 }, events: { total: 0 } });
  });

  it('counts tasks by the status that they have by now', async () => {
    const [moved, changed, gone] = [await makeTask(app), await makeTask(app), await makeTask(app)];
    await makeTask(app, { status: 'blocked' });
    expect(await counted('tasks')).toEqual({ ...NO_TASKS, open: 3, blocked: 1 });
    await app.api.post(`/board/tasks/${moved.id}/review`).send({ summary: 'done' });
    await app.api.patch(`/board/tasks/${changed.id}`).send({ title: 'another' });
    await app.api.delete(`/board/tasks/${gone.id}`);
    expect(await counted('tasks')).toEqual({ ...NO_TASKS, open: 1, in_review: 1, blocked: 1 });
    await app.api.post(`/board/tasks/${moved.id}/approve`);
    expect(await counted('tasks')).toEqual({ ...NO_TASKS, open: 1, blocked: 1, done: 1 });
  });

  it('counts as alive what is running and was heard of within five minutes', async () => {
    await makeVm(app, { id: 'silent' });
    await makeVm(app, { id: 'paused', status: 'paused' });
    later(clock, 4 * MINUTE_MS);
    await makeVm(app, { id: 'fresh' });
    expect(await counted('vms')).toEqual({ alive: 2, total: 3 });
    later(clock, 2 * MINUTE_MS);
    expect(await counted('vms')).toEqual({ alive: 1, total: 3 });
    await app.api.post('/registry/vms/silent/heartbeat');
    expect(await counted('vms')).toEqual({ alive: 2, total: 3 });
  });

  it('counts events until the feed is cleared', async () => {
    await makeEvent(app);
    await makeEvent(app, { type: 'finding', agent: 'other' });
    expect(await counted('events')).toEqual({ total: 2 });
    await app.api.delete('/feed/events');
    expect(await counted('events')).toEqual({ total: 0 });
  });

  it('counts the same after a restart, and after the index was made anew', async () => {
    const task = await makeTask(app);
    await makeTask(app);
    await app.api.patch(`/board/tasks/${task.id}`).send({ status: 'done' });
    await makeVm(app);
    await makeEvent(app);
    const before = await status();
    expect(before).toEqual({
      tasks: { ...NO_TASKS, open: 1, done: 1 },
      vms: { alive: 1, total: 1 },
      events: { total: 1 },
    });
    for (const file of [undefined, 'index.sqlite']) {
      await app.stop();
      if (file) rmSync(join(dataDir, file));
      app = await TestApp.start({ dataDir, clock });
      expect(await status()).toEqual(before);
    }
  });
});
