import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppOptions, temporaryFolder, TestApp, TOKEN } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import {
  anId,
  later,
  makeCommit,
  makeEvent,
  makeKey,
  makeTask,
  makeVm,
  MINUTE_MS,
  NOON,
  walk,
} from './support/make.js';
import { makeReport } from './support/reports.js';
import { TestStream } from './support/stream.js';

const UNKNOWN = '01K9XW5T3V8Z6Q2N4M7P1R0SAB';
const LATER = '2026-02-28T12:00:00.000Z';

let app: TestApp;
let clock: FakeClock;
let dataDir: string;

beforeEach(async () => {
  dataDir = temporaryFolder();
  clock = new FakeClock();
  app = await start();
});
afterEach(async () => {
  await app.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function start(options: AppOptions = {}): Promise<TestApp> {
  return TestApp.start({ dataDir, clock, ...options });
}

async function restart(options: AppOptions = {}): Promise<void> {
  await app.stop();
  app = await start(options);
}

const statusWith = async (key: string): Promise<number> => (await app.as(key).get('/board/tasks')).status;
const revoke = async (id: string): Promise<unknown> => (await app.api.delete(`/auth/keys/${id}`)).body;

describe('POST /auth/keys', () => {
  it('gives a key with 256 random bits', async () => {
    const { status, body } = await app.api.post('/auth/keys').send({ name: ' ann ', role: 'agent', expiresAt: LATER });
    const key = expect.stringMatching(/^vas_[\w-]{43}$/) as unknown;
    expect([status, body]).toEqual([
      201,
      { id: anId, name: 'ann', role: 'agent', createdAt: NOON, expiresAt: LATER, key },
    ]);
    expect(await statusWith((body as { key: string }).key)).toBe(200);
  });

  it('makes another key each time, also for one name', async () => {
    const [first, second] = [await makeKey(app), await makeKey(app)];
    expect(first.key).not.toBe(second.key);
    expect([await statusWith(first.key), await statusWith(second.key)]).toEqual([200, 200]);
  });

  it.each([NOON, '2026-01-31T11:59:59Z', '2020-01-01'])(
    'refuses one that would have expired: %s',
    async (expiresAt) => {
      const { status, body } = await app.api.post('/auth/keys').send({ name: 'ann', role: 'agent', expiresAt });
      const message = 'expiresAt must be in the future';
      expect([status, body]).toEqual([400, { error: message, details: [{ field: 'expiresAt', message }] }]);
      expect((await app.api.get('/auth/keys')).body).toEqual({ keys: [], count: 0 });
    },
  );

  it('keeps no key, only its digest', async () => {
    const { key } = await makeKey(app);
    expect(JSON.stringify((await app.api.get('/auth/keys')).body)).not.toContain(key);
    await app.stop();
    const stored = readFileSync(join(dataDir, 'services.sqlite'), 'latin1');
    expect(stored).toContain('api_keys');
    expect(stored).not.toContain(key);
    app = await start();
  });
});

describe('GET /auth/keys', () => {
  it('lists keys newest first, page by page', async () => {
    const names = ['ann', 'bob', 'cid'];
    for (const name of names) await makeKey(app, { name, role: 'reader' });
    const { body } = await app.api.get('/auth/keys');
    expect(body).toEqual({
      keys: names.reverse().map((name) => ({ id: anId, name, role: 'reader', createdAt: NOON })),
      count: 3,
    });
    const pages = await walk(app, '/auth/keys?limit=2');
    expect(pages.map((page) => (page.body as { keys: { name: string }[] }).keys.map(({ name }) => name))).toEqual([
      ['cid', 'bob'],
      ['ann'],
    ]);
  });

  it('tells when a key was used last, also after a restart', async () => {
    const { id, key } = await makeKey(app);
    const lastUsed = async (): Promise<unknown> =>
      ((await app.api.get('/auth/keys')).body as { keys: { lastUsedAt?: string }[] }).keys[0]?.lastUsedAt;
    expect(await lastUsed()).toBeUndefined();
    const at = later(clock, MINUTE_MS);
    expect(await statusWith(key)).toBe(200);
    expect(await lastUsed()).toBe(at);
    await restart();
    expect(await lastUsed()).toBe(at);
    await revoke(id);
    expect(await lastUsed()).toBeUndefined();
  });

  it('costs no write when a key is used', async () => {
    const { key } = await makeKey(app);
    const before = app.storedText();
    for (let i = 0; i < 20; i++) await statusWith(key);
    expect(app.storedText()).toBe(before);
  });
});

describe('DELETE /auth/keys/:id', () => {
  it('refuses a key from then on, also after a restart, and no other', async () => {
    const [mine, other] = [await makeKey(app), await makeKey(app)];
    expect(await revoke(mine.id)).toEqual({ deleted: true });
    expect([await statusWith(mine.key), await statusWith(other.key)]).toEqual([401, 200]);
    const { body } = await app.as(mine.key).get('/board/tasks');
    expect(body).toEqual({ error: 'invalid token: it is wrong, has expired, or was revoked' });
    await restart();
    expect([await statusWith(mine.key), await statusWith(other.key)]).toEqual([401, 200]);
  });

  it('is 404 for a key that is not there', async () => {
    const { id } = await makeKey(app);
    await revoke(id);
    for (const unknown of [id, UNKNOWN, 'x', '__proto__']) {
      const { status, body } = await app.api.delete(`/auth/keys/${unknown}`);
      expect([status, body]).toEqual([404, { error: 'key not found' }]);
    }
  });

  it('ends the streams of the key, and no other', async () => {
    const [mine, other] = [await makeKey(app), await makeKey(app)];
    const open = (key: string): Promise<TestStream> =>
      TestStream.openAs({ Authorization: `Bearer ${key}` }, `${app.url}/feed/stream`);
    const [ended, kept] = [await open(mine.key), await open(other.key)];
    const first = await makeEvent(app);
    expect([(await ended.next())?.id, (await kept.next())?.id]).toEqual([first.id, first.id]);
    await revoke(mine.id);
    await expect(ended.next()).rejects.toThrow();
    const second = await makeEvent(app);
    expect((await kept.next())?.id).toBe(second.id);
    kept.close();
  });

  it('lets an admin revoke the very key that he comes with', async () => {
    const { id, key } = await makeKey(app, { role: 'admin' });
    const { status, body } = await app.as(key).delete(`/auth/keys/${id}`);
    expect([status, body]).toEqual([200, { deleted: true }]);
    expect(await statusWith(key)).toBe(401);
  });
});

describe('a key', () => {
  it('expires', async () => {
    const { key } = await makeKey(app, { expiresAt: '2026-01-31T12:01:00Z' });
    later(clock, MINUTE_MS - 1);
    expect(await statusWith(key)).toBe(200);
    later(clock, 1);
    expect(await statusWith(key)).toBe(401);
    await restart();
    expect(await statusWith(key)).toBe(401);
  });

  it('is never slowed down by those that fail', async () => {
    await restart({ failuresPerMinute: 1 });
    const { key } = await makeKey(app);
    expect([await statusWith('vas_guess'), await statusWith('vas_guess')]).toEqual([401, 429]);
    expect(await statusWith(key)).toBe(200);
    // That it may not do something is no failure of the credential.
    for (let i = 0; i < 3; i++) expect((await app.as(key).delete('/feed/events')).status).toBe(403);
    expect(await statusWith(key)).toBe(200);
  });

  it('opens no more than the token does', async () => {
    const { key } = await makeKey(app, { role: 'admin' });
    const { status } = await app.anonymous.get('/ui/api/board/tasks').set('Cookie', `session=${key}`);
    expect(status).toBe(401);
    expect((await app.as(key).get('/ui/')).status).toBe(200);
  });

  it('says who acts in dev mode too, where everything else is open', async () => {
    const { id, key } = await makeKey(app);
    await restart({ env: { VERS_AUTH_TOKEN: undefined } });
    const { body } = await app.as(key).post('/log').send({ text: 'done' });
    expect(body).toMatchObject({ agent: 'ann' });
    expect((await app.as(key).delete('/feed/events')).status).toBe(403);
    expect((await app.as('guess').delete('/feed/events')).status).toBe(200);
    expect((await app.anonymous.delete(`/auth/keys/${id}`)).status).toBe(200);
  });
});

describe('what is somebody else’s', () => {
  it.each([
    [
      'a report',
      () => makeReport(app, { author: 'ann' }).then(({ id }) => `/reports/${id}`),
      'deleting a report of ann',
    ],
    ['a commit', () => makeCommit(app, { agent: 'ann' }).then(() => '/commits/c-1'), 'deleting a commit of ann'],
    ['an unsigned commit', () => makeCommit(app).then(() => '/commits/c-1'), 'deleting a commit of nobody'],
    [
      'a registration',
      () => makeVm(app, { name: 'bob', registeredBy: 'ann' }).then(() => '/registry/vms/vm-1'),
      'deleting a registration of ann',
    ],
  ])('cannot be deleted by an agent: %s', async (_, makeIt, what) => {
    const path = await makeIt();
    const [ann, bob] = [await makeKey(app), await makeKey(app, { name: 'bob' })];
    const before = app.storedText();
    const { status, body } = await app.as(bob.key).delete(path);
    const error = `${what} needs the role admin; the key of bob has the role agent`;
    expect([status, body]).toEqual([403, { error }]);
    expect(app.storedText()).toBe(before);
    const owner = what.endsWith('nobody') ? TOKEN : ann.key;
    expect((await app.as(owner).delete(path)).body).toEqual({ deleted: true });
  });

  it('is a task that others wait for', async () => {
    const { key } = await makeKey(app);
    const task = await makeTask(app);
    const waiting = await makeTask(app, { dependencies: [UNKNOWN, task.id] });
    const mentioning = await makeTask(app, { description: task.id });
    const { status, body } = await app.as(key).delete(`/board/tasks/${task.id}`);
    const error = 'deleting a task that others wait for needs the role admin; the key of ann has the role agent';
    expect([status, body]).toEqual([403, { error }]);
    expect((await app.as(key).delete(`/board/tasks/${mentioning.id}`)).status).toBe(200);
    await app.api.patch(`/board/tasks/${waiting.id}`).send({ status: 'done' });
    expect((await app.as(key).delete(`/board/tasks/${task.id}`)).body).toEqual({ deleted: true });
  });

  it('can be deleted by an admin', async () => {
    const task = await makeTask(app);
    await makeTask(app, { dependencies: [task.id] });
    expect((await app.api.delete(`/board/tasks/${task.id}`)).status).toBe(200);
  });
});
