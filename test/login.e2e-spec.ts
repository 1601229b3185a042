import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import request, { Response } from 'supertest';
import { AppOptions, temporaryFolder, TestApp } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { HOUR_MS, later, makeEvent, makeTask, MINUTE_MS } from './support/make.js';
import { TestStream } from './support/stream.js';

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

async function makeLink(fields: object = {}): Promise<string> {
  const { status, body } = await app.api.post('/auth/magic-link').send(fields);
  expect([status, body]).toEqual([200, { url: expect.anything(), expiresAt: expect.anything() }]);
  return new URL(body.url).searchParams.get('token') ?? '';
}

const signIn = (token: string): request.Test => app.anonymous.post('/ui/login').type('form').send({ token });

function sessionOf({ headers }: Response): string {
  return /^session=([^;]+)/.exec((headers['set-cookie'] as unknown as string[] | undefined)?.[0] ?? '')?.[1] ?? '';
}

async function openSession(fields: object = {}): Promise<string> {
  return sessionOf(await signIn(await makeLink(fields)));
}

function browser(session: string): ReturnType<typeof request.agent> {
  return request.agent(app.url).set('Cookie', `theme=dark; session=${session}`);
}

describe('POST /auth/magic-link', () => {
  it('gives a link with 256 random bits to the host that was asked, for five minutes', async () => {
    const { status, body } = await app.api.post('/auth/magic-link');
    expect([status, body]).toEqual([
      200,
      { url: expect.stringMatching(`^${app.url}/ui/login\\?token=[\\w-]{43}$`), expiresAt: '2026-01-31T12:05:00.000Z' },
    ]);
    expect(await makeLink()).not.toBe(await makeLink());
  });

  it('builds the link from PUBLIC_URL', async () => {
    await restart({ env: { PUBLIC_URL: 'https://agents.example' } });
    const { body } = await app.api.post('/auth/magic-link');
    expect(body.url).toMatch(/^https:\/\/agents\.example\/ui\/login\?token=/);
  });

  it('has at most five links open, also after a restart', async () => {
    await makeLink();
    later(clock, MINUTE_MS);
    const [link] = await Promise.all([makeLink(), makeLink(), makeLink(), makeLink()]);
    await restart();
    const refused = await app.api.post('/auth/magic-link');
    expect([refused.status, refused.headers['retry-after'], refused.body]).toEqual([
      429,
      '240',
      { error: '5 links are open already: use one of them; try again in 240 s' },
    ]);
    expect((await signIn(link)).status).toBe(303);
    await makeLink();
    expect((await app.api.post('/auth/magic-link')).status).toBe(429);
    later(clock, 4 * MINUTE_MS + 1);
    await makeLink();
  });

  it('makes at most ten links in a minute, used or not', async () => {
    for (let i = 0; i < 10; i++) expect((await signIn(await makeLink())).status).toBe(303);
    later(clock, MINUTE_MS - 1);
    const refused = await app.api.post('/auth/magic-link');
    expect([refused.status, refused.headers['retry-after'], refused.body.error]).toEqual([
      429,
      '1',
      expect.stringContaining('10 links were made within a minute'),
    ]);
    later(clock, 1);
    await makeLink();
  });

  it('keeps neither links nor sessions, only their digests', async () => {
    const [used, open] = [await makeLink(), await makeLink()];
    const session = sessionOf(await signIn(used));
    await app.stop();
    const stored = ['services.sqlite', 'services.sqlite-wal'].map((file) => readIfThere(join(dataDir, file))).join('');
    expect(stored).toContain('magic_links');
    for (const secret of [used, open, session]) expect(stored).not.toContain(secret);
    app = await start();
  });
});

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

describe('/ui/login', () => {
  it('shows a page that holds the token, and uses nothing up', async () => {
    const token = await makeLink();
    const path = `/ui/login?token=${token}`;
    expect((await app.anonymous.head(path)).status).toBe(200);
    const page = await app.anonymous.get(path);
    expect([page.status, page.type, page.headers['cache-control'], page.headers['referrer-policy']]).toEqual([
      200,
      'text/html',
      'no-store',
      'no-referrer',
    ]);
    expect(page.text).toContain(`name="token" value="${token}"`);
    expect(page.headers['set-cookie']).toBeUndefined();
    expect((await signIn(token)).status).toBe(303);
  });

  it('escapes what the link holds', async () => {
    const { text } = await app.anonymous.get('/ui/login').query({ token: '"><script>alert(1)</script>' });
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;');
    expect(text).not.toContain('<script>');
  });

  it('tells who comes without a token how to get one', async () => {
    const { status, text } = await app.anonymous.get('/ui/login');
    expect([status, text]).toEqual([200, expect.stringContaining('/auth/magic-link')]);
  });

  it('turns a link into a session, once', async () => {
    const token = await makeLink();
    const answers = await Promise.all(Array.from({ length: 8 }, () => signIn(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array<number>(7).fill(401)]);
    const accepted = answers.find(({ status }) => status === 303);
    expect(accepted?.headers['location']).toBe('/ui/');
    expect(accepted?.headers['set-cookie']).toEqual([
      expect.stringMatching(/^session=[\w-]{43}; Max-Age=86400; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it.each([
    ['used', (token: string) => signIn(token).then(() => token)],
    ['expired', (token: string) => Promise.resolve((later(clock, 5 * MINUTE_MS + 1), token))],
    ['unknown', () => Promise.resolve('x'.repeat(43))],
    ['missing', () => Promise.resolve('')],
  ])('answers a link that is %s with a page that says how to get a new one', async (_, spoil) => {
    const { status, type, text, headers } = await signIn(await spoil(await makeLink())).set('Accept', 'text/html');
    expect([status, type]).toEqual([401, 'text/html']);
    expect(text).toContain('/auth/magic-link');
    expect(text).toContain(headers['x-request-id']);
    expect(headers['set-cookie']).toBeUndefined();
  });

  it.each([
    [{ PUBLIC_URL: 'https://agents.example' }, {}],
    [{ TRUST_PROXY: 'loopback' }, { 'X-Forwarded-Proto': 'https' }],
  ])('keeps the cookie to https where the server is reached so (%j)', async (env, headers) => {
    await restart({ env });
    const answer = await signIn(await makeLink()).set(headers);
    expect(answer.headers['set-cookie']?.[0]).toContain('; Secure');
  });

  it('takes no form of another site', async () => {
    const token = await makeLink();
    const refused = await signIn(token).set('Sec-Fetch-Site', 'cross-site').set('Origin', 'https://evil.example');
    expect(refused.status).toBe(403);
    expect((await signIn(token)).status).toBe(303);
  });

  it('stores nothing when a link is only guessed', async () => {
    // The next transaction there would take note of the ids drawn since the last.
    await makeTask(app);
    const before = app.storedText();
    expect((await signIn('guess')).status).toBe(401);
    expect(app.storedText()).toBe(before);
  });
});

describe('a session', () => {
  it('opens the dashboard and the API for browsers, and nothing else', async () => {
    const person = browser(await openSession());
    await makeTask(app, { title: 'to be seen' });
    expect((await person.get('/ui/')).status).toBe(200);
    const { status, body } = await person.get('/ui/api/board/tasks').query({ status: 'open' });
    expect([status, body.tasks]).toEqual([200, [expect.objectContaining({ title: 'to be seen' })]]);
    expect((await person.get('/board/tasks')).status).toBe(401);
    expect((await person.post('/auth/magic-link')).status).toBe(401);
  });

  it('carries all methods, bodies and statuses', async () => {
    const person = browser(await openSession());
    const made = await person.post('/ui/api/board/tasks').send({ title: 'by hand', createdBy: 'ann' });
    expect([made.status, made.body.title]).toEqual([201, 'by hand']);
    const path = `/ui/api/board/tasks/${made.body.id as string}`;
    expect((await person.patch(path).send({ status: 'done' })).body.status).toBe('done');
    expect((await person.patch(path).send({ status: 'banana' })).body.error).toContain('invalid status: banana');
    expect((await app.api.get(`/board/tasks/${made.body.id as string}`)).body.status).toBe('done');
    expect((await person.delete(path)).body).toEqual({ deleted: true });
    expect((await person.get(path)).status).toBe(404);
    expect((await person.put(path)).status).toBe(405);
  });

  it('carries streams, which end with it', async () => {
    const session = await openSession();
    const [first, second] = [await makeEvent(app), await makeEvent(app)];
    const url = `${app.url}/ui/api/feed/stream?since=${first.id}`;
    const stream = await TestStream.openAs({ Cookie: `session=${session}` }, url);
    expect((await stream.next())?.id).toBe(second.id);
    const live = await makeEvent(app);
    expect((await stream.next())?.id).toBe(live.id);
    expect((await browser(session).post('/ui/logout')).status).toBe(303);
    await expect(stream.next()).rejects.toThrow();
  });

  it.each(['/ui/', '/ui', '/ui/nowhere', '/ui?x'])('is needed for the page %s', async (path) => {
    for (const client of [app.anonymous, browser('x'.repeat(43))]) {
      const { status, headers } = await client.get(path);
      expect([status, headers['location']]).toEqual([302, '/ui/login']);
    }
  });

  it.each([
    '/ui/api/board/tasks',
    '/ui/api/health',
    '/ui/api/nowhere',
    '/ui/api//board/tasks',
    '/ui/api/docs',
    '/ui/api/ui/',
  ])('is needed for %s', async (path) => {
    for (const client of [app.anonymous, browser('x'.repeat(43))]) {
      const { status, body } = await client.get(path);
      expect([status, body]).toEqual([401, { error: 'sign in at /ui/login first' }]);
    }
  });

  it.each([
    '/ui/api/ui/',
    '/ui/api/ui/login',
    '/ui/api/docs-json',
    '/ui/api/docs/',
    '/ui/api/ui/api/board/tasks',
    '/ui/api',
    '/UI/API/board/tasks',
  ])('finds no way around in %s', async (path) => {
    const person = browser(await openSession());
    expect([401, 404]).toContain((await person.get(path)).status);
  });

  it.each([
    [{}, 'dashboard'],
    [{ name: ' ann ' }, 'ann'],
  ])('acts under the name of its link where a body names nobody: %j', async (fields, name) => {
    const person = browser(await openSession(fields));
    const task = await person.post('/ui/api/board/tasks').send({ title: 'by hand' });
    expect([task.status, task.body.createdBy]).toEqual([201, name]);
    const reviewed = await person
      .post(`/ui/api/board/tasks/${task.body.id as string}/review`)
      .send({ summary: 'done', reviewedBy: 'bob', artifacts: [{ type: 'url', url: 'u', label: 'l' }] });
    expect(reviewed.body).toMatchObject({ notes: [{ author: 'bob' }], artifacts: [{ addedBy: 'bob' }] });
    expect((await person.get('/ui/')).text).toContain(`data-who="${name}"`);
  });

  it('is an admin', async () => {
    const person = browser(await openSession({ name: 'ann' }));
    expect((await person.delete('/ui/api/feed/events')).status).toBe(200);
    expect((await person.post('/ui/api/auth/keys').send({ name: 'bob', role: 'agent' })).status).toBe(201);
  });

  it('from before sessions had names goes on, and so do links', async () => {
    const [session, link] = [await openSession({ name: 'ann' }), await makeLink({ name: 'ann' })];
    await app.stop();
    const database = new Database(join(dataDir, 'services.sqlite'));
    for (const table of ['magic_links', 'sessions']) database.exec(`ALTER TABLE ${table} DROP COLUMN name`);
    database.exec("DELETE FROM migrations WHERE name LIKE 'NameSessions%'");
    database.close();
    app = await start();
    for (const open of [session, sessionOf(await signIn(link))]) {
      const { body } = await browser(open).post('/ui/api/log').send({ text: 'still here' });
      expect(body).toMatchObject({ agent: 'dashboard' });
    }
  });

  it('lasts a day, over a restart', async () => {
    const session = await openSession();
    await restart();
    later(clock, 24 * HOUR_MS - 1);
    expect((await browser(session).get('/ui/')).status).toBe(200);
    later(clock, 1);
    const ended = await browser(session).get('/ui/');
    expect([ended.status, ended.headers['set-cookie']?.[0]]).toEqual([302, expect.stringMatching(/^session=;/)]);
  });

  it('ends with a sign-out, and only that one', async () => {
    const [mine, another] = [browser(await openSession()), browser(await openSession())];
    const out = await mine.post('/ui/logout');
    expect([out.status, out.headers['location'], out.headers['set-cookie']?.[0]]).toEqual([
      303,
      '/ui/login',
      expect.stringMatching(/^session=;/),
    ]);
    expect((await mine.get('/ui/')).status).toBe(302);
    expect((await another.get('/ui/')).status).toBe(200);
  });

  it('is not lent to the pages of other sites', async () => {
    const person = browser(await openSession());
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    const before = app.storedText();
    const post = await person.post('/ui/api/board/tasks').set(headers).send({ title: 't', createdBy: 'evil' });
    expect(post.status).toBe(403);
    const old = await person.post('/ui/api/board/tasks').set('Origin', 'https://evil.example').send({ title: 't' });
    expect(old.status).toBe(403);
    expect((await person.post('/ui/logout').set(headers)).status).toBe(403);
    expect(app.storedText()).toBe(before);
    expect((await person.get('/ui/')).status).toBe(200);
  });

  it('is not needed in dev mode', async () => {
    await restart({ env: { VERS_AUTH_TOKEN: undefined } });
    expect((await app.anonymous.get('/ui/')).status).toBe(200);
    expect((await app.anonymous.get('/ui/api/board/tasks')).status).toBe(200);
    expect((await app.anonymous.post('/auth/magic-link')).status).toBe(200);
  });
});

describe('credentials that fail', () => {
  const tries: Record<string, () => request.Test> = {
    'bearer tokens': () => app.anonymous.get('/board/tasks').set('Authorization', 'Bearer guess'),
    'magic links': () => signIn('guess'),
    sessions: () => browser('guess').get('/ui/api/board/tasks'),
  };

  const forgeSms = (): request.Test =>
    app.anonymous
      .post('/twilio/webhook')
      .set('X-Twilio-Signature', 'guess')
      .type('form')
      .send({ From: '+1', Body: 'x' });

  const guessLink = (): request.Test => app.anonymous.get(`/reports/share/${'x'.repeat(43)}`);

  it.each(Object.entries(tries))('are slowed down for one client: %s', async (_, attempt) => {
    await restart({ failuresPerMinute: 3, env: { TRUST_PROXY: 'loopback' } });
    const guess = (from: string): request.Test => attempt().set('X-Forwarded-For', from);
    for (let i = 0; i < 3; i++) expect((await guess('192.0.2.1')).status).toBe(401);
    const refused = await guess('192.0.2.1');
    expect([refused.status, Number(refused.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await guess('192.0.2.2')).status).toBe(401);
  });

  it('share one count, and never slow down the good ones', async () => {
    await restart({ failuresPerMinute: 5, env: { TWILIO_AUTH_TOKEN: 'secret' } });
    const session = await openSession();
    expect((await forgeSms()).status).toBe(403);
    expect((await guessLink()).status).toBe(404);
    for (const guess of Object.values(tries)) expect((await guess()).status).toBe(401);
    for (const guess of [forgeSms, guessLink, ...Object.values(tries)]) expect((await guess()).status).toBe(429);
    expect((await app.api.get('/board/tasks')).status).toBe(200);
    expect((await browser(session).get('/ui/')).status).toBe(200);
    expect((await signIn(await makeLink())).status).toBe(303);
    expect((await app.anonymous.get('/board/tasks')).status).toBe(401);
  });

  it('count for a whole IPv6 network', async () => {
    await restart({ failuresPerMinute: 1, env: { TRUST_PROXY: 'loopback' } });
    const guess = (from: string): request.Test =>
      app.anonymous.get('/board/tasks').set({ Authorization: 'Bearer guess', 'X-Forwarded-For': from });
    expect((await guess('2001:db8::1')).status).toBe(401);
    expect((await guess('2001:db8:0:0:ffff::2')).status).toBe(429);
    expect((await guess('2001:db8:0:1::1')).status).toBe(401);
  });
});
