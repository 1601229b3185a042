import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RecordLogs } from '../src/common/storage/record-logs.js';
import { TestApp } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { make, makeEvent, makeTask, makeVm, MINUTE_MS } from './support/make.js';
import { sessionBody } from './support/usage.js';

const clock = new FakeClock();
let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start({ clock });
});
afterAll(() => app.stop());

async function text(path: string): Promise<string> {
  const { status, text } = await app.api.get(path);
  expect(status).toBe(200);
  return text;
}

const pass = (ms: number): Promise<number> => Promise.resolve((clock.time += ms));
const record = (fields: object): Promise<unknown> =>
  make(app, '/usage/sessions', sessionBody({ startedAt: clock.timestamp(), endedAt: clock.timestamp(), ...fields }));

/** Asked for twice before and once after; the second time it is what was kept. */
async function changesWith(path: string, change: () => Promise<unknown>): Promise<[before: string, after: string]> {
  const [first, second] = [await text(path), await text(path)];
  expect(second).toBe(first);
  await change();
  return [first, await text(path)];
}

describe('a list that was asked for before', () => {
  it.each([
    ['/board/tasks?status=open', () => makeTask(app)],
    ['/feed/events?agent=builder-1', () => makeEvent(app, { agent: 'builder-1' })],
    ['/feed/stats', () => makeEvent(app)],
    ['/log?since=1970-01-01T00:00:00Z', () => app.api.post('/log').send({ text: 'done' })],
    ['/registry/vms', () => makeVm(app, { id: 'vm-x' })],
    ['/registry/discover/worker', () => makeVm(app, { id: 'vm-w', role: 'worker' })],
    ['/usage?range=7d', () => record({})],
  ])('has what was written since: %s', async (path, write) => {
    const [before, after] = await changesWith(path, write);
    expect(after).not.toBe(before);
  });

  it('is the same after something else was written, and after the feed was cleared it is empty', async () => {
    const [tasks, later] = await changesWith('/board/tasks', () => makeEvent(app));
    expect(later).toBe(tasks);
    const [, cleared] = await changesWith('/feed/events', () => app.api.delete('/feed/events'));
    expect(cleared).toBe('[]');
  });

  it('has the latest heartbeat, and drops who falls silent', async () => {
    const { id } = await makeVm(app, { id: 'vm-g', role: 'golden' });
    clock.time += MINUTE_MS;
    const [, beaten] = await changesWith('/registry/discover/golden', () =>
      app.api.post(`/registry/vms/${id}/heartbeat`),
    );
    expect(JSON.parse(beaten)).toMatchObject({ vms: [{ id, lastSeen: clock.timestamp() }] });
    const [, silent] = await changesWith('/registry/discover/golden', () => pass(6 * MINUTE_MS));
    expect(JSON.parse(silent)).toEqual({ vms: [], count: 0 });
  });

  it('leaves out a session once its start is out of the range', async () => {
    await record({ agent: 'early' });
    const [before, after] = await changesWith('/usage?range=1h', () => pass(61 * MINUTE_MS));
    expect([before.includes('"early"'), after.includes('"early"')]).toEqual([true, false]);
  });

  it('is not kept when it begins so long before now that it is another one each time', async () => {
    const keep = jest.spyOn(app.app.get(RecordLogs), 'keptPage');
    for (const path of ['/log', '/log?last=2h', '/log/raw']) await text(path);
    expect(keep).not.toHaveBeenCalled();
    await text('/log?since=2026-01-01T00:00:00Z');
    expect(keep).toHaveBeenCalledTimes(1);
    keep.mockRestore();
  });
});
