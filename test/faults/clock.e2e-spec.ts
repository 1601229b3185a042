import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { temporaryFolder, TestApp } from '../support/app.js';
import { FakeClock } from '../support/fake-clock.js';
import { HOUR_MS, later, make, makeEvent, makeSkill, makeVm, MINUTE_MS } from '../support/make.js';
import { TestStream } from '../support/stream.js';

const STALE_MS = 5 * MINUTE_MS;

let clock: FakeClock;
let dataDir: string;
let app: TestApp;

beforeEach(async () => {
  clock = new FakeClock();
  dataDir = temporaryFolder();
  app = await TestApp.start({ clock, dataDir });
});

afterEach(async () => {
  await app.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** What happens while the clock is set back. */
const steps: [string, () => Promise<void>][] = [
  ['while running', () => Promise.resolve(void later(clock, -HOUR_MS))],
  [
    'across a restart',
    async () => {
      await app.stop();
      later(clock, -HOUR_MS);
      app = await TestApp.start({ clock, dataDir });
    },
  ],
];

const running = async (): Promise<string[]> => {
  const { body } = await app.api.get('/registry/vms?status=running');
  return (body as { vms: { id: string }[] }).vms.map(({ id }) => id).sort();
};

const openSession = async (): Promise<string> => {
  const answer = await app.anonymous
    .post('/ui/login')
    .type('form')
    .send({ token: await makeLink() });
  return /^session=([^;]+)/.exec(answer.headers['set-cookie']?.[0] ?? '')?.[1] ?? '';
};

const makeLink = async (): Promise<string> => {
  const { body } = await app.api.post('/auth/magic-link');
  return new URL((body as { url: string }).url).searchParams.get('token') ?? '';
};

const pageFor = (session: string) => app.anonymous.get('/ui/').set('Cookie', `session=${session}`);
const use = (token: string) => app.anonymous.post('/ui/login').type('form').send({ token });

describe.each(steps)('a clock that steps back an hour %s', (_, stepBack) => {
  it('draws larger ids, and reads, pages and streams in their order', async () => {
    const events = [await makeEvent(app), await makeEvent(app)];
    const skill = await makeSkill(app);
    await stepBack();
    events.push(await makeEvent(app), await makeEvent(app));
    const ids = events.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect((await makeSkill(app, { name: 'another' })).id > skill.id).toBe(true);
    expect((await app.api.get('/feed/events')).body).toEqual(events);
    const newest = await app.api.get('/feed/events?limit=3');
    const older = await app.api.get('/feed/events').query({ limit: 3, cursor: newest.headers['x-next-cursor'] });
    expect([older.body, newest.body]).toEqual([events.slice(0, 1), events.slice(1)]);
    const stream = await TestStream.open(`${app.url}/feed/stream`, { 'Last-Event-ID': ids[0] ?? '' });
    expect((await stream.take(3)).map(({ id }) => id)).toEqual(ids.slice(1));
    const live = await makeEvent(app);
    expect((await stream.next())?.id).toBe(live.id);
    stream.close();
  });

  it('loses no entry from the lists by time', async () => {
    const before = await make(app, '/log', { text: 'before' });
    await stepBack();
    const after = await make(app, '/log', { text: 'after' });
    expect((await app.api.get('/log')).body).toEqual({ entries: [after, before], count: 2 });
    expect((await app.api.get('/log?last=5m')).body).toEqual({ entries: [after, before], count: 2 });
  });

  it('lets a silent VM go five minutes later, and keeps one that goes on', async () => {
    await makeVm(app, { id: 'silent' });
    await makeVm(app, { id: 'beaten' });
    await makeVm(app, { id: 'steady' });
    // In memory only, by the clock before the step.
    await app.api.post('/registry/vms/beaten/heartbeat');
    await stepBack();
    expect(await running()).toEqual(['beaten', 'silent', 'steady']);
    later(clock, MINUTE_MS);
    expect((await app.api.patch('/registry/vms/steady').send({ name: 'still here' })).status).toBe(200);
    later(clock, STALE_MS - MINUTE_MS);
    expect(await running()).toEqual(['beaten', 'silent', 'steady']);
    later(clock, 1);
    expect(await running()).toEqual(['steady']);
    expect((await app.api.post('/registry/vms/silent/heartbeat')).status).toBe(200);
    expect(await running()).toEqual(['silent', 'steady']);
  });

  it('signs nobody out, and nobody in for longer than the hour more', async () => {
    const session = await openSession();
    await stepBack();
    expect((await pageFor(session)).status).toBe(200);
    later(clock, 25 * HOUR_MS - 1);
    expect((await pageFor(session)).status).toBe(200);
    later(clock, 1);
    expect((await pageFor(session)).status).toBe(302);
  });

  it('spoils the magic links of before, and lets new ones be made and used', async () => {
    const links: string[] = [];
    for (let i = 0; i < 5; i += 1) links.push(await makeLink());
    expect((await app.api.post('/auth/magic-link')).status).toBe(429);
    await stepBack();
    expect((await use(links[0] ?? '')).status).toBe(401);
    const link = await makeLink();
    expect([(await use(link)).status, (await use(link)).status]).toEqual([303, 401]);
  });
});

describe('a clock that was far ahead and is put right', () => {
  it('ends the sessions that began then', async () => {
    later(clock, 48 * HOUR_MS);
    const session = await openSession();
    expect((await pageFor(session)).status).toBe(200);
    later(clock, -48 * HOUR_MS);
    expect((await pageFor(session)).status).toBe(302);
  });
});
