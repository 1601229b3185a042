import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp, TOKEN } from './support/app.js';
import { makeEvent, makeTask } from './support/make.js';
import { bodyIn, raw, statusesIn } from './support/raw.js';

const SECRET = 'a title that no stranger may read';
const CREDENTIALS: [who: string, header: string][] = [
  ['nobody', ''],
  ['a wrong token', 'Authorization: Bearer wrong\r\n'],
  ['a wrong session', `Cookie: session=${'x'.repeat(43)}\r\n`],
];

/** Ways to write a path that some router, proxy or guard may read as another. */
const WAYS: [name: string, way: (path: string) => string][] = [
  ['as it is', (path) => path],
  ['in capitals', (path) => path.toUpperCase()],
  ['with a slash at the end', (path) => `${path}/`],
  ['with two slashes first', (path) => `/${path}`],
  ['with two slashes inside', (path) => path.replace(/(?!^)\//g, '//')],
  ['with dots first', (path) => `/.${path}`],
  ['with dots inside', (path) => path.replace(/(?!^)\//g, '/./')],
  ['out of /health', (path) => `/health/..${path}`],
  ['out of /health, escaped', (path) => `/health/%2e%2e${path}`],
  ['out of /health, escaped more', (path) => `/health%2f..${path}`],
  ['out of /health, with a parameter', (path) => `/health/..;${path}`],
  ['after /health and a parameter', (path) => `/health;${path}`],
  ['after /health and a query', (path) => `/health?${path}`],
  ['after /health and a fragment', (path) => `/health#${path}`],
  ['out of /docs', (path) => `/docs/..${path}`],
  ['out of /docs, escaped', (path) => `/docs/..%2f..${path}`],
  ['out of /docs, escaped twice', (path) => `/docs/..%252f..${path}`],
  ['out of /docs, with backslashes', (path) => `/docs/..\\..${path.replaceAll('/', '\\')}`],
  ['out of /ui/static', (path) => `/ui/static/../..${path}`],
  ['out of /ui/static, escaped', (path) => `/ui/static/..%2f..%2f..${path}`],
  ['out of /ui/login', (path) => `/ui/login/../..${path}`],
  ['out of /ui/api', (path) => `/ui/api/..${path}`],
  ['out of /ui/api, escaped', (path) => `/ui/api/%2e%2e${path}`],
  ['in /ui/api', (path) => `/ui/api${path}`],
  ['in /ui/api, doubly', (path) => `/ui/api/${path}`],
  ['in /ui/api, twice', (path) => `/ui/api/ui/api${path}`],
  ['in /ui/api, in capitals', (path) => `/UI/API${path}`],
  ['in /ui/api, escaped', (path) => `/ui%2fapi${path}`],
  ['in /ui/api, through what is open', (path) => `/ui/api/ui/login/../../..${path}`],
  ['in /ui/api, through /docs', (path) => `/ui/api/docs/..${path}`],
  ['with an escaped letter', (path) => path.replace('b', '%62')],
  ['with an escaped slash', (path) => path.replace(/(?!^)\//g, '%2f')],
  ['with NUL', (path) => `${path}%00`],
  ['with a suffix', (path) => `${path}.json`],
  ['with a parameter', (path) => `${path};/health`],
  ['with a query that is a path', (path) => `${path}?/../../health`],
  ['with a fragment that is a path', (path) => `${path}#/health`],
  ['with backslashes', (path) => path.replaceAll('/', '\\')],
  ['with the origin', (path) => `http://x${path}`],
  ['with another origin', (path) => `http://evil.example${path}`],
  ['with the origin, in /ui/api', (path) => `http://x/ui/api${path}`],
  ['with the origin of an open path', (path) => `http://health${path}`],
  ['with a user in the origin', (path) => `http://health@x${path}`],
  ['with a host in the path', (path) => `//health${path}`],
];

let app: TestApp;
let task: string;
beforeAll(async () => {
  app = await TestApp.start({ env: { TWILIO_AUTH_TOKEN: 'secret' } });
  task = (await makeTask(app, { title: SECRET })).id;
});
afterAll(() => app.stop());

const ask = (method: string, path: string, headers = ''): Promise<string> =>
  raw(app.url, `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);

describe.each(CREDENTIALS)('%s', (_, credential) => {
  it.each(WAYS)('gets to no task by its path %s', async (_, way) => {
    const before = app.storedText();
    for (const path of ['/board/tasks', `/board/tasks/${task}`]) {
      for (const method of ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
        const answer = await ask(method, way(path), credential);
        const [status = 0] = statusesIn(answer);
        // What leads to an open path gets its answer, which tells nothing, or that it is not made for this method.
        const isOpen = /^\/health[?#]/.test(way(path)) && (status === 200 || status === 401);
        const isForPeople = status === 302 && answer.includes('\r\nLocation: /ui/login\r\n');
        const isClosed = status === 401 || status === 400 || isForPeople || isOpen;
        expect([method, way(path), status, isClosed]).toEqual([method, way(path), status, true]);
        expect(answer).not.toContain(SECRET);
      }
    }
    expect(app.storedText()).toBe(before);
  });
});

describe('a header', () => {
  const PATHS = ['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Prefix', 'X-Forwarded-Path', 'X-Forwarded-Uri'];
  const METHODS = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'];

  it.each(PATHS)('leads a request nowhere else: %s', async (name) => {
    const open = await ask('GET', '/health', `${name}: /board/tasks\r\n`);
    expect([statusesIn(open), bodyIn(open)]).toEqual([[200], { status: 'ok', uptime: expect.any(Number) }]);
    expect(statusesIn(await ask('GET', '/board/tasks', `${name}: /health\r\n`))).toEqual([401]);
  });

  it.each(METHODS)('makes no other method of it: %s', async (name) => {
    const headers = `Authorization: Bearer ${TOKEN}\r\n${name}: DELETE\r\nContent-Length: 0\r\n`;
    expect(statusesIn(await ask('GET', `/board/tasks/${task}`, headers))).toEqual([200]);
    expect(statusesIn(await ask('POST', `/board/tasks/${task}?_method=DELETE`, headers))).toEqual([405]);
    expect((await app.api.get(`/board/tasks/${task}`)).status).toBe(200);
  });

  it('names neither the client nor the server where no proxy is trusted', async () => {
    const limited = await TestApp.start({ failuresPerMinute: 1 });
    const guess = (from: string) =>
      limited.anonymous
        .get('/log')
        .set({ Authorization: 'Bearer x', 'X-Forwarded-For': from, Forwarded: `for=${from}` });
    expect([(await guess('192.0.2.1')).status, (await guess('192.0.2.2')).status]).toEqual([401, 429]);
    const forwarded = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
      Forwarded: 'host=evil.example',
    };
    const { body } = await limited.api.post('/auth/magic-link').set(forwarded);
    expect(body.url).toMatch(`${limited.url}/ui/login?token=`);
    await limited.stop();
  });

  it('that comes twice lets nobody in', async () => {
    const [good, wrong] = [`Authorization: Bearer ${TOKEN}\r\n`, 'Authorization: Bearer wrong\r\n'];
    // Node hears the first; a proxy in front must not have judged by the other.
    expect(statusesIn(await ask('GET', '/board/tasks', wrong + good))).toEqual([401]);
  });
});

describe('a connection', () => {
  it('is not handed on by CONNECT', async () => {
    const answer = await ask('CONNECT', '127.0.0.1:22', `Authorization: Bearer ${TOKEN}\r\n`);
    expect(answer).toBe('');
  });

  it('stays HTTP whatever it is asked to become', async () => {
    const upgrade =
      'Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n';
    const text = (credential: string): string => `GET /feed/stats HTTP/1.1\r\nHost: x\r\n${upgrade}${credential}\r\n`;
    expect(statusesIn(await raw(app.url, text('')))).toEqual([401]);
    expect(statusesIn(await raw(app.url, text(`Authorization: Bearer ${TOKEN}\r\n`)))).toEqual([200]);
    const h2c = 'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n';
    expect(statusesIn(await raw(app.url, `GET /feed/stats HTTP/1.1\r\nHost: x\r\n${h2c}\r\n`))).toEqual([401]);
  });

  it('forgets who was let in before', async () => {
    await makeEvent(app);
    const first = `GET /feed/stats HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
    const second = 'GET /feed/stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    expect(statusesIn(await raw(app.url, first + second))).toEqual([200, 401]);
  });

  it('tells nothing of the server itself', async () => {
    const answer = await ask('OPTIONS', '*');
    expect([statusesIn(answer), bodyIn(answer)]).toEqual([[404], { error: 'Cannot OPTIONS *' }]);
  });
});
