import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp, TOKEN } from './support/app.js';

/** The routes that anyone may call. Whoever opens another one adds it here and says why. */
const OPEN_ROUTES = [
  'GET /health', // is the process alive?
  'GET /health/ready', // do requests make sense now?
  'GET /docs', // how to call the API: holds no data; the page and its parts
  'GET /docs/',
  'GET /docs/LICENSE',
  'GET /docs/docs/swagger-ui-init.js',
  'GET /docs/index.html',
  'GET /docs/swagger-ui-init.js',
  'GET /docs-json', // the same as a document
  'GET /ui/login', // where people come in: shows a form
  'POST /ui/login', // checks the magic link itself
  'GET /ui/static/:file', // styles and scripts of pages: the same for everyone
  'GET /ui/static/mermaid-frame.html', // the empty page in which diagrams are drawn
  'GET /reports/share/:linkId', // what was shared with anyone who has the link
  'GET /reports/share/:linkId/og-image.svg',
  'POST /twilio/webhook', // Twilio has no token of ours; it signs what it sends
];

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

type Method = 'get' | 'post' | 'patch' | 'delete';

function routes(): [Method, string][] {
  const { stack } = app.app.getHttpAdapter().getInstance().router;
  return stack.flatMap(({ route }) =>
    route && !route.path.includes('*')
      ? route.stack.map(({ method }): [Method, string] => [method as Method, route.path])
      : [],
  );
}

describe('the guard', () => {
  it('closes every route that is not listed as open', async () => {
    const open: string[] = [];
    for (const [method, path] of routes()) {
      const { headers, body } = await app.anonymous[method](path.replaceAll(/:\w+/g, 'x'));
      const isClosed =
        headers['location'] === '/ui/login' || String(body.error).startsWith('missing Authorization header');
      if (!isClosed) open.push(`${method.toUpperCase()} ${path}`);
    }
    expect(open.sort()).toEqual([...OPEN_ROUTES].sort());
  });

  it('knows all routes', () => {
    const known = routes().map(([method, path]) => `${method.toUpperCase()} ${path}`);
    expect(known).toEqual(
      expect.arrayContaining([
        ...OPEN_ROUTES,
        'POST /board/tasks',
        'GET /feed/stream',
        'GET /registry/discover/:role',
        'GET /usage/series',
      ]),
    );
  });

  it.each([
    [undefined, 401, 'missing Authorization header'],
    ['', 401, 'invalid token'],
    ['Bearer', 401, 'invalid token'],
    [`Bearer ${TOKEN}x`, 401, 'invalid token'],
    [`Bearer ${TOKEN.slice(1)}`, 401, 'invalid token'],
    [`Basic ${TOKEN}`, 401, 'invalid token'],
    [`Bearer ${TOKEN} ${TOKEN}`, 401, 'invalid token'],
    [TOKEN, 401, 'invalid token'],
    [`Bearer ${TOKEN}`, 200, undefined],
    [`bearer ${TOKEN}`, 200, undefined],
    [`BEARER  ${TOKEN}`, 200, undefined],
  ])('reads Authorization: %s → %i', async (authorization, status, error) => {
    const headers = new Headers(authorization === undefined ? [] : [['Authorization', authorization]]);
    const answer = await fetch(`${app.url}/board/tasks`, { headers });
    expect([answer.status, ((await answer.json()) as { error?: string }).error]).toEqual([
      status,
      error === undefined ? undefined : expect.stringContaining(error),
    ]);
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
  });

  it.each([
    '/BOARD/tasks',
    '//board/tasks',
    '/board//tasks',
    '/board/tasks/',
    '/board/./tasks',
    '/health/../board/tasks',
    '/%62oard/tasks',
  ])('is not dodged by another way to write a path: %s', async (path) => {
    const [open, refused] = await Promise.all([TOKEN, 'x'].map((token) => rawGet(path, token)));
    expect(refused).toBe(401);
    expect([200, 404]).toContain(open);
  });
});

/** `fetch` would tidy the path up first. */
async function rawGet(path: string, token: string): Promise<number> {
  const { request } = await import('node:http');
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers: { Authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.once('error', reject).end();
  });
}
