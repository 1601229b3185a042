import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Lifecycle } from '../src/common/http/lifecycle.js';
import { TestApp, TOKEN } from './support/app.js';
import { raw } from './support/raw.js';

const EVENT = { agent: 'a', type: 'custom', summary: 's' };
const MEBIBYTE = 1 << 20;

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

describe('every answer', () => {
  it.each([
    ['200', 'get', '/health'],
    ['401', 'get', '/board/tasks'],
    ['404', 'get', '/nowhere'],
    ['405', 'put', '/board/tasks'],
    ['400', 'get', '/board/%zz'],
  ] as const)('carries the security headers and a request id: %s', async (_, method, path) => {
    const request = path === '/board/tasks' && method === 'get' ? app.anonymous : app.api;
    const { headers } = await request[method](path);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('etag');
  });

  it('gives back the request id that came with the request, unless it is not fit for a log', async () => {
    const ids = await Promise.all(
      ['trace-1', 'x'.repeat(65), 'a b'].map(
        async (id) => (await app.anonymous.get('/health').set('X-Request-Id', id)).headers['x-request-id'],
      ),
    );
    expect(ids).toEqual(['trace-1', expect.stringMatching(/^[\w-]{36}$/), expect.stringMatching(/^[\w-]{36}$/)]);
  });
});

describe('a body', () => {
  const post = (body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/feed/events`, {
      method: 'POST',
      body,
      headers: { Authorization: `Bearer ${TOKEN}`, ...headers },
    });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense'])(
    'is JSON whatever Content-Type says: %s',
    async (type) => {
      const body = Buffer.from(JSON.stringify(EVENT));
      expect((await post(body, type ? { 'Content-Type': type } : {})).status).toBe(201);
    },
  );

  it('of exactly 1 MiB is taken, and one byte more is not', async () => {
    const envelope = JSON.stringify({ ...EVENT, detail: '' }).length;
    const sized = (size: number): string => JSON.stringify({ ...EVENT, detail: 'x'.repeat(size - envelope) });
    const [fits, tooLarge] = [await post(sized(MEBIBYTE)), await post(sized(MEBIBYTE + 1))];
    expect([fits.status, tooLarge.status]).toEqual([201, 413]);
    expect(await tooLarge.json()).toEqual({ error: 'the body is larger than 1 MiB' });
  });

  it('that is too large is refused without a Content-Length too', async () => {
    const chunk = new Uint8Array(256 << 10).fill(0x20);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (sent++ < 8 ? controller.enqueue(chunk) : controller.close()),
    });
    const init = { method: 'POST', body, duplex: 'half', headers: { Authorization: `Bearer ${TOKEN}` } } as RequestInit;
    expect((await fetch(`${app.url}/feed/events`, init)).status).toBe(413);
  });

  it('is not read at all without a credential', async () => {
    const head = `POST /feed/events HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\nConnection: close\r\n\r\n`;
    expect(await raw(app.url, head)).toMatch(/^HTTP\/1\.1 401 /);
  });

  it.each([
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['cut off', '{"agent": "a"'],
    ['two values', '{} {}'],
  ])('that is %s is 400', async (_, body) => {
    const answer = await post(body);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: expect.stringContaining('not valid JSON'), details: [expect.objectContaining({ field: 'body' })] },
    ]);
  });

  it('that is blank counts as an empty object', async () => {
    const answer = await post('  \n');
    expect(await answer.json()).toMatchObject({ error: 'agent is required' });
  });

  it('nested 100,000 deep does no harm', async () => {
    const deep = `{"agent":"a","type":"custom","summary":"s","metadata":${'{"x":'.repeat(100_000)}1${'}'.repeat(100_001)}`;
    const ignored = deep.replace('"metadata"', '"unknown"');
    const [refused, taken] = [await post(deep), await post(ignored)];
    expect([refused.status, await refused.json(), taken.status]).toEqual([
      400,
      expect.objectContaining({ error: 'metadata must not be nested deeper than 32 levels' }),
      201,
    ]);
  });
});

describe('an unknown route', () => {
  it.each(['/nowhere', '/'])('is 404 with a credential and 401 without: %s', async (path) => {
    const [known, unknown] = [await app.api.get(path), await app.anonymous.get(path)];
    expect([known.status, known.body, unknown.status]).toEqual([404, { error: `no such route: ${path}` }, 401]);
  });

  it.each([
    ['put', '/board/tasks', 'GET, HEAD, POST'],
    ['post', '/board/tasks/x', 'DELETE, GET, HEAD, PATCH'],
    ['delete', '/feed/stats', 'GET, HEAD'],
    ['get', '/registry/vms/x/heartbeat', 'POST'],
    ['options', '/log', 'GET, HEAD, POST'],
  ] as const)('is 405 where only the method is wrong: %s %s', async (method, path, allow) => {
    const { status, headers, body } = await app.api[method](path);
    expect([status, headers['allow'], body]).toEqual([
      405,
      allow,
      { error: expect.stringContaining('is not allowed here') },
    ]);
  });
});

describe('HEAD', () => {
  it.each(['/health', '/board/tasks', '/feed/stream'])('answers without a body: %s', async (path) => {
    const { status, text } = await app.api.head(path);
    expect([status, text || '']).toEqual([200, '']);
  });
});

describe("another site's page", () => {
  it.each([
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
    [{ 'Sec-Fetch-Site': 'same-site' }, 403],
    [{ Origin: 'https://evil.example' }, 403],
    [{ Origin: 'null' }, 403],
    [{ 'Sec-Fetch-Site': 'same-origin' }, 201],
    [{}, 201],
  ])('may not write: %j → %i', async (headers, expected) => {
    const before = app.storedText();
    const { status, headers: answered } = await app.api.post('/feed/events').set(headers).send(EVENT);
    expect([status, app.storedText() === before]).toEqual([expected, expected === 403]);
    expect(answered['x-request-id']).toMatch(/^[\w-]{36}$/);
  });

  it.each([{}, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }])(
    'is told nothing of an answer: %j',
    async (more) => {
      const preflight = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Private-Network': 'true' };
      const headers = { Origin: 'https://evil.example', ...preflight, ...more };
      for (const request of [
        app.api.get('/board/tasks'),
        app.anonymous.options('/board/tasks'),
        app.anonymous.get('/ui/login'),
      ]) {
        const { headers: answered } = await request.set(headers);
        expect(Object.keys(answered).filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(answered).toMatchObject({
          'cross-origin-resource-policy': 'same-origin',
          'x-content-type-options': 'nosniff',
        });
      }
    },
  );

  it('is let in where PUBLIC_URL says that it is ours', async () => {
    const other = await TestApp.start({ env: { PUBLIC_URL: 'https://agents.example' } });
    const { status } = await other.api.post('/feed/events').set({ Origin: 'https://agents.example' }).send(EVENT);
    await other.stop();
    expect(status).toBe(201);
  });
});

describe('dev mode', () => {
  let open: TestApp;
  beforeAll(async () => {
    open = await TestApp.start({ env: { VERS_AUTH_TOKEN: undefined } });
  });
  afterAll(() => open.stop());

  it('needs no credential', async () => {
    expect((await open.anonymous.post('/feed/events').send(EVENT)).status).toBe(201);
  });

  it.each([
    ['localhost', 200],
    ['LOCALHOST:3000', 200],
    ['127.0.0.1:3000', 200],
    ['[::1]:3000', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.', 403],
    ['192.168.0.1', 403],
    ['0.0.0.0', 403],
    ['[::]', 403],
    ['[::ffff:192.168.0.1]', 403],
    ['localhost.evil.example', 403],
    ['localhost@evil.example', 403],
    ['evil.example@localhost', 403],
    ['localhost/evil.example', 403],
    ['localhost#evil.example', 403],
    ['localhost, evil.example', 403],
    ['evil.example:80:localhost', 403],
    ['localhost:x', 403],
    ['', 403],
  ])('answers to this machine only: Host %s → %i', async (host, expected) => {
    const { status, body } = await open.anonymous.get('/board/tasks').set('Host', host);
    expect(status).toBe(expected);
    if (expected === 403) expect(body).toEqual({ error: expect.stringContaining('VERS_AUTH_TOKEN') });
  });

  it('tells a name that was rebound nothing, by whatever method or protocol', async () => {
    const before = open.storedText();
    const rebound = { Host: 'evil.example', Origin: 'http://evil.example', 'Sec-Fetch-Site': 'same-origin' };
    for (const path of [
      '/board/tasks',
      '/ui/',
      '/ui/api/board/tasks',
      '/ui/login',
      '/docs-json',
      '/health',
      '/feed/stream',
    ]) {
      for (const method of ['get', 'head', 'post', 'options'] as const) {
        const { status, headers } = await open.anonymous[method](path).set(rebound);
        expect([method, path, status, headers['access-control-allow-origin']]).toEqual([method, path, 403, undefined]);
      }
    }
    const socket = 'Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n';
    expect(await raw(open.url, `GET /ui/ HTTP/1.1\r\nHost: evil.example\r\n${socket}\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await raw(open.url, 'GET /board/tasks HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /);
    expect(open.storedText()).toBe(before);
  });

  it('refuses other sites too', async () => {
    expect((await open.anonymous.post('/feed/events').set('Sec-Fetch-Site', 'cross-site').send(EVENT)).status).toBe(
      403,
    );
  });
});

describe('the life of the server', () => {
  it('begins with 503 until the data is read, and ends with 503 while it shuts down', async () => {
    const young = await TestApp.listen();
    const answers = async () => {
      const paths = ['/health', '/health/ready', '/board/tasks', '/feed/stream', '/nowhere'];
      const all = await Promise.all(paths.map((path) => young.api.get(path).buffer(false)));
      return all.map(({ status, headers }) => [status, headers['retry-after'] as unknown]);
    };
    const refused: unknown[] = [
      [200, undefined],
      [503, '1'],
      [503, '1'],
      [503, '1'],
      [503, '1'],
    ];
    expect(await answers()).toEqual(refused);
    await young.begin();
    expect((await young.anonymous.get('/health/ready')).body).toEqual({ status: 'ready' });
    young.app.get(Lifecycle).stopping();
    expect(await answers()).toEqual(refused);
    expect((await young.anonymous.get('/board/tasks')).body).toEqual({ error: 'the server is shutting down' });
    await young.stop();
  });
});
