import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { temporaryFolder, TestApp, TOKEN } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { anId, foundIn, inParallel, later, makeCommit, MINUTE_MS, NOON, walk } from './support/make.js';
import { ServerProcess } from './support/server.js';

interface CommitPage {
  commits: { id: string; commitId: string }[];
  count: number;
}

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

async function commitIds(query: object = {}): Promise<string[]> {
  const { status, body } = await app.api.get('/commits').query(query);
  const { commits, count } = body as CommitPage;
  expect([status, count]).toEqual([200, commits.length]);
  return commits.map(({ commitId }) => commitId);
}

describe('POST /commits', () => {
  it('records a commit without what was not given', async () => {
    const { status, body } = await app.api.post('/commits').send({ commitId: 'c-1', vmId: 'vm-1' });
    expect([status, body]).toEqual([201, { id: anId, commitId: 'c-1', vmId: 'vm-1', timestamp: NOON }]);
    expect((await app.api.get('/commits/c-1')).body).toEqual(body);
  });

  it('takes every field, trims what names or describes, and ignores what it does not know', async () => {
    const metadata = { a: [{ b: null }], constructor: 1 };
    const { status, body } = await app.api.post('/commits').send({
      commitId: ' c-1 ',
      vmId: ' vm-1 ',
      label: ' golden ',
      agent: ' ann ',
      tags: [' x ', 'y', 'x'],
      metadata,
      id: 'mine',
      timestamp: 'never',
      other: 1,
    });
    const commit = { commitId: 'c-1', vmId: 'vm-1', label: 'golden', agent: 'ann', tags: ['x', 'y', 'x'], metadata };
    expect([status, body]).toEqual([201, { id: anId, timestamp: NOON, ...commit }]);
    expect((await app.api.get('/commits')).body).toEqual({ commits: [body], count: 1 });
    expect(await commitIds({ tag: 'x' })).toEqual(['c-1']);
  });

  it('refuses a known commit and leaves it as it was', async () => {
    const commit = await makeCommit(app);
    const before = app.storedText();
    const { status, body } = await app.api.post('/commits').send({ commitId: ' c-1', vmId: 'other' });
    expect([status, body]).toEqual([409, { error: 'commit already recorded' }]);
    expect([(await app.api.get('/commits/c-1')).body, app.storedText()]).toEqual([commit, before]);
  });

  it('accepts one of many that come at once with the same id', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => app.api.post('/commits').send({ commitId: 'c-1', vmId: `vm-${i}` })),
    );
    const accepted = answers.filter(({ status }) => status === 201);
    expect([accepted.length, answers.filter(({ status }) => status === 409).length]).toEqual([1, 19]);
    expect((await app.api.get('/commits')).body).toEqual({ commits: [accepted[0]?.body], count: 1 });
  });
});

describe('GET /commits', () => {
  beforeEach(async () => {
    await makeCommit(app, { commitId: 'one', agent: 'ann', label: 'golden', tags: ['x'] });
    later(clock, MINUTE_MS);
    await makeCommit(app, { commitId: 'two', agent: 'bob', label: 'golden', tags: ['x', 'y'], vmId: 'vm-2' });
    await makeCommit(app, { commitId: 'three', agent: 'ann' });
    later(clock, MINUTE_MS);
    await makeCommit(app, { commitId: 'four', agent: 'ann', label: 'base', tags: ['y'], vmId: 'vm-2' });
  });

  it.each([
    [{}, ['four', 'three', 'two', 'one']],
    [{ agent: 'ann' }, ['four', 'three', 'one']],
    [{ agent: ' ann ', label: 'golden' }, ['one']],
    [{ label: 'golden' }, ['two', 'one']],
    [{ vmId: 'vm-2' }, ['four', 'two']],
    [{ tag: 'x' }, ['two', 'one']],
    [{ tag: 'y', agent: 'ann', vmId: 'vm-2', label: 'base' }, ['four']],
    [{ tag: 'X' }, []],
    [{ agent: 'constructor' }, []],
    [{ since: '2026-01-31T12:01:00.000Z' }, ['four', 'three', 'two']],
    [{ since: '2026-01-31T14:01:00+02:00', tag: 'x' }, ['two']],
    [{ since: '2026-01-31T12:01:00.001Z' }, ['four']],
    [{ since: '2027-01-01' }, []],
    [{ tag: '', agent: '', label: '', vmId: '', since: '', limit: '', cursor: '' }, ['four', 'three', 'two', 'one']],
  ])('filters by %j', async (query, expected) => {
    expect(await commitIds(query)).toEqual(expected);
  });

  it.each([
    ['limit=1', [['four'], ['three'], ['two'], ['one']]],
    ['limit=3', [['four', 'three', 'two'], ['one']]],
    ['limit=4', [['four', 'three', 'two', 'one']]],
    ['limit=1&tag=x', [['two'], ['one']]],
    ['limit=2&agent=ann', [['four', 'three'], ['one']]],
  ])('gives everything exactly once page by page while commits are recorded (%s)', async (query, expected) => {
    let made = 0;
    const pages = await walk(app, `/commits?${query}`, () =>
      makeCommit(app, { commitId: `new-${made++}`, agent: 'ann', tags: ['x'] }),
    );
    expect(pages.map(({ body }) => (body as CommitPage).commits.map(({ commitId }) => commitId))).toEqual(expected);
  });
});

describe('DELETE /commits/:commitId', () => {
  it('takes the commit away, and its id is free again', async () => {
    await makeCommit(app, { tags: ['x'] });
    const { status, body } = await app.api.delete('/commits/c-1');
    expect([status, body]).toEqual([200, { deleted: true }]);
    const again = await app.api.delete('/commits/c-1');
    expect([again.status, again.body]).toEqual([404, { error: 'Commit not found' }]);
    expect((await app.api.get('/commits/c-1')).status).toBe(404);
    expect([await commitIds(), await commitIds({ tag: 'x' })]).toEqual([[], []]);
    await makeCommit(app);
  });

  it('finds a commit whatever its id is', async () => {
    for (const commitId of ['constructor', 'a/b ü?', '__proto__']) {
      const commit = await makeCommit(app, { commitId });
      const path = `/commits/${encodeURIComponent(commitId)}`;
      expect((await app.api.get(path)).body).toEqual(commit);
      expect((await app.api.delete(path)).body).toEqual({ deleted: true });
    }
  });
});

describe('a restart', () => {
  it('finds everything again, and ids go on although the clock stepped back and the last commit is gone', async () => {
    const kept = await makeCommit(app);
    const gone = await makeCommit(app, { commitId: 'gone' });
    await app.api.delete('/commits/gone');
    await app.stop();
    app = await TestApp.start({ dataDir, clock: new FakeClock(clock.time - 60 * MINUTE_MS) });
    expect((await app.api.get('/commits')).body).toEqual({ commits: [kept], count: 1 });
    const next = await makeCommit(app, { commitId: 'next' });
    expect(next.id > gone.id).toBe(true);
  });

  it('finds every commit that was acknowledged before kill -9', async () => {
    const env = { DATA_DIR: temporaryFolder(), VERS_AUTH_TOKEN: TOKEN, HOST: '127.0.0.1' };
    const acknowledged: unknown[] = [];
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const first = await ServerProcess.start(env);
    await inParallel(20, 20, async (i) => {
      for (let n = 0; ; n += 1) {
        const body = JSON.stringify({ commitId: `${i}.${n}`, vmId: 'vm', tags: ['x'] });
        const answer = await fetch(`${first.url}/commits`, { method: 'POST', headers, body })
          .then((response) => response.json())
          .catch(() => undefined);
        if (answer === undefined) return;
        if (acknowledged.push(answer) === 500) first.child.kill('SIGKILL');
      }
    });
    await first.ended();
    const second = await ServerProcess.start(env);
    const { commits } = (await (await fetch(`${second.url}/commits?tag=x`, { headers })).json()) as CommitPage;
    await second.end('SIGTERM');
    rmSync(env.DATA_DIR, { recursive: true, force: true });
    expect(acknowledged.length).toBeGreaterThanOrEqual(500);
    expect(foundIn(commits, acknowledged)).toEqual(acknowledged);
    const ids = commits.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
  });
});
