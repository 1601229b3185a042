import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from './support/app.js';
import { make, makeCommit, makeEvent, makeItem, makeKey, makeTask, makeVm } from './support/make.js';
import {
  acceptedBody,
  choice,
  content,
  CREDENTIAL,
  Fields,
  flag,
  instant,
  name,
  NO_INSTANTS,
  notEmpty,
  nullable,
  object,
  objects,
  optional,
  prose,
  record,
  Refusal,
  refusalsOf,
  refusedMethods,
  Route,
  slug,
  strings,
  tally,
  text,
  whole,
} from './support/refusals.js';
import { makeLink, makeReport } from './support/reports.js';
import { TestStream } from './support/stream.js';

const encoded = (keys: unknown): string => Buffer.from(JSON.stringify(keys)).toString('base64url');

const cursor = ['nonsense', encoded({}), encoded([]), encoded([1]), encoded(['a', 'b', 'c'])];
const numberCursor = [...cursor, encoded(['abc'])];
const limit = ['0', '-1', 'abc', '1.5', '1e3', '0x10', '10001', '99999999999'];
const PAGE = { limit, cursor };
const duration = ['nonsense', '7', '1y', '-1h', '1.5h', 'h', '1 h', '1H'];
const SPAN = {
  ...PAGE,
  since: NO_INSTANTS,
  until: NO_INSTANTS,
  last: duration,
};
const oneOf = ['banana', 'constructor', '__proto__'];
const anyText: string[] = [];

const tags = optional(strings(['x']));
const artifact = { type: choice('branch'), url: text('u'), label: text('l'), addedBy: optional(name('ann')) };
const service = {
  name: name('api'),
  port: whole(3000, [0, -1, 1.5, 65_536]),
  healthPath: prose('/health'),
  protocol: prose('http'),
};
const vm = {
  name: name('builder'),
  role: choice('worker'),
  address: text('b.example'),
  status: optional(choice('paused')),
  services: optional(objects(service)),
  metadata: optional(object({ a: 1 })),
};

const extension = {
  name: slug('review'),
  description: text('How to'),
  content: content('# Review', 5),
  publishedBy: name('ann'),
  enabled: optional(flag(false)),
};
const skill = { ...extension, tags };
const changes = { description: optional(text('How to')), enabled: optional(flag(false)) };
const installed = optional(objects({ name: name('review'), version: whole(1, [-1, 1.5, 2 ** 53]) }));
const report = { title: text('Found'), author: name('ann'), content: content('# Found', 1), tags };
const share = {
  createdBy: optional(name('ann')),
  expiresAt: optional(instant('2026-02-28T12:00:00Z')),
  label: prose('for the review'),
};
const NO_COUNT = [-1, 1.5, 2 ** 53];
const NO_DOLLARS = [-0.01, 1_000_000_001];
const counts = (refused: number[]): Fields => {
  const count = whole(1, refused);
  return { input: count, output: count, cacheRead: count, cacheWrite: count, total: count };
};
const usedSession = {
  sessionId: name('s'),
  agent: name('ann'),
  parentAgent: optional(nullable(name('bob'))),
  model: name('m'),
  tokens: record(counts(NO_COUNT)),
  cost: record(counts(NO_DOLLARS)),
  turns: whole(1, NO_COUNT),
  toolCalls: tally({ read: 1 }),
  startedAt: instant('2026-01-31T12:00:00Z'),
  endedAt: instant('2026-01-31'),
};
const usedVm = {
  vmId: name('vm-2'),
  role: choice('worker'),
  agent: name('ann'),
  commitId: optional(name('c1')),
  createdAt: instant('2026-01-31T12:00:00Z'),
  destroyedAt: optional(instant('2026-01-31T13:00:00Z')),
};
const timeCursor = [...cursor, encoded(['nonsense', '01K9XW5T3V8Z6Q2N4M7P1R0SAB'])];

const ranks = { priority: optional(whole(0, [-1, 5, 0.5])), maxAttempts: optional(whole(1, [0, 101, 1.5])) };
const leaseSeconds = optional(whole(30, [29, 86_401, 30.5]));
const claimer = { agent: name('ann'), session: optional(name('s1')), vmId: optional(name('vm-1')), leaseSeconds };
/** `GET /board/:id` takes it for an id. */
const READ_AS_ID: Route = { route: 'GET /board/claim' };
/** That of a task's first claim. */
const fence = optional(whole(2, [0, -2, 1.5]));

const ROUTES: Route[] = [
  {
    route: 'POST /auth/keys',
    body: { name: name('ann'), role: choice('agent'), expiresAt: optional(instant('2099-12-31T00:00:00Z')) },
  },
  { route: 'GET /auth/keys', query: PAGE },
  { route: 'DELETE /auth/keys/:id', unknown: 'key not found' },
  { route: 'POST /auth/magic-link', body: { name: optional(name('ann')) } },

  {
    route: 'POST /board/tasks',
    body: {
      title: text('Fix it'),
      createdBy: name('ann'),
      description: prose('All of it'),
      status: optional(choice('open')),
      assignee: optional(name('bob')),
      tags,
      dependencies: tags,
      ...ranks,
    },
  },
  { route: 'GET /board/tasks', query: { ...PAGE, status: oneOf, assignee: anyText, tag: anyText } },
  { route: 'GET /board/review', query: PAGE },
  { route: 'GET /board/ready', query: { ...PAGE, tag: anyText } },
  { route: 'GET /board/leases', query: PAGE },
  { route: 'GET /board/dead-letters', query: PAGE },
  { route: 'POST /board/claim', body: { ...claimer, tags, waitSeconds: optional(whole(0, [-1, 61, 0.5])) } },
  { route: 'POST /board/tasks/:id/claim', body: claimer, unknown: 'task not found' },
  {
    route: 'POST /board/tasks/:id/renew',
    body: { fence, leaseSeconds, progress: optional(text('Half way')) },
    unknown: 'task not found',
  },
  {
    route: 'POST /board/tasks/:id/release',
    body: { fence, reason: optional(text('Lunch')) },
    unknown: 'task not found',
  },
  {
    route: 'POST /board/tasks/:id/complete',
    body: { fence, summary: optional(text('Done')) },
    unknown: 'task not found',
  },
  { route: 'POST /board/tasks/:id/fail', body: { fence, reason: text('No disk') }, unknown: 'task not found' },
  { route: 'GET /board/tasks/:id', unknown: 'task not found' },
  { route: 'GET /board/:id', unknown: 'task not found' },
  {
    route: 'PATCH /board/tasks/:id',
    body: {
      title: optional(text('Fix it')),
      description: prose('All of it'),
      status: optional(choice('open')),
      assignee: optional(nullable(name('bob'))),
      tags,
      dependencies: tags,
      ...ranks,
    },
    unknown: 'task not found',
  },
  { route: 'DELETE /board/tasks/:id', unknown: 'task not found' },
  {
    route: 'GET /board/tasks/:id/history',
    query: { ...PAGE, cursor: numberCursor },
    unknown: 'task not found',
  },
  {
    route: 'POST /board/tasks/:id/notes',
    body: { author: name('ann'), content: text('It leaks'), type: choice('finding') },
    unknown: 'task not found',
  },
  { route: 'GET /board/tasks/:id/notes', query: PAGE, unknown: 'task not found' },
  {
    route: 'POST /board/tasks/:id/artifacts',
    body: { artifacts: notEmpty(objects(artifact)) },
    unknown: 'task not found',
  },
  {
    route: 'POST /board/tasks/:id/review',
    body: { summary: text('Done'), reviewedBy: optional(name('ann')), artifacts: optional(objects(artifact)) },
    unknown: 'task not found',
  },
  {
    route: 'POST /board/tasks/:id/approve',
    body: { approvedBy: optional(name('ann')), comment: prose('Well done') },
    unknown: 'task not found',
  },
  {
    route: 'POST /board/tasks/:id/reject',
    body: { reason: text('No test'), rejectedBy: optional(name('ann')) },
    unknown: 'task not found',
  },
  { route: 'POST /board/tasks/:id/bump', unknown: 'task not found' },

  {
    route: 'POST /feed/events',
    body: {
      agent: name('ann'),
      type: choice('custom'),
      summary: text('It leaks'),
      detail: prose('Here'),
      metadata: optional(object({ a: 1 })),
    },
  },
  {
    route: 'GET /feed/events',
    query: {
      agent: anyText,
      type: oneOf,
      since: [...NO_INSTANTS, '01K9XW5T3V8Z6Q2N4M7P1R0SA', '01K9XW5T3V8Z6Q2N4M7P1R0SAU'],
      limit: limit.filter((value) => value !== '0'),
      cursor,
    },
  },
  { route: 'DELETE /feed/events' },
  { route: 'GET /feed/events/:id', unknown: 'event not found' },
  { route: 'GET /feed/stats' },
  { route: 'GET /feed/stream', query: { agent: anyText, since: [...NO_INSTANTS, '2026-01-31T12:00:00Z'] } },

  { route: 'POST /log', body: { text: text('Done'), agent: optional(name('ann')) } },
  { route: 'GET /log', query: SPAN },
  { route: 'GET /log/raw', query: SPAN },

  {
    route: 'POST /journal',
    body: { text: text('At last'), author: optional(name('ann')), mood: prose('relieved'), tags },
  },
  { route: 'GET /journal', query: { ...SPAN, author: anyText, tag: anyText, raw: ['yes', '1', 'TRUE'] } },
  { route: 'GET /journal/raw', query: { ...SPAN, author: anyText, tag: anyText } },

  { route: 'POST /registry/vms', body: { id: name('vm-2'), registeredBy: name('ann'), ...vm } },
  { route: 'GET /registry/vms', query: { ...PAGE, role: oneOf, status: oneOf } },
  { route: 'GET /registry/vms/:id', unknown: 'VM not found' },
  { route: 'PATCH /registry/vms/:id', body: allOptional(vm), unknown: 'VM not found' },
  { route: 'DELETE /registry/vms/:id', unknown: 'VM not found' },
  { route: 'POST /registry/vms/:id/heartbeat', unknown: 'VM not found' },
  { route: 'GET /registry/discover/worker', query: PAGE },

  { route: 'POST /skills/items', body: skill, limitMebibytes: 12 },
  { route: 'GET /skills/items', query: { ...PAGE, tag: anyText, enabled: ['yes', '1', 'TRUE'] } },
  { route: 'GET /skills/items/:id', unknown: 'skill not found' },
  { route: 'PATCH /skills/items/:id', body: { ...changes, tags }, unknown: 'skill not found' },
  { route: 'DELETE /skills/items/:id', unknown: 'skill not found' },
  { route: 'POST /skills/extensions', body: extension, limitMebibytes: 12 },
  { route: 'GET /skills/extensions', query: { ...PAGE, enabled: ['yes', '1', 'TRUE'] } },
  { route: 'GET /skills/extensions/:id', unknown: 'extension not found' },
  { route: 'PATCH /skills/extensions/:id', body: changes, unknown: 'extension not found' },
  { route: 'DELETE /skills/extensions/:id', unknown: 'extension not found' },
  { route: 'GET /skills/manifest' },
  {
    route: 'POST /skills/sync',
    body: { agentId: name('builder'), vmId: optional(name('vm-1')), skills: installed, extensions: installed },
  },
  { route: 'GET /skills/agents', query: PAGE },
  { route: 'GET /skills/agents/:id', unknown: 'agent not found' },
  { route: 'GET /skills/stream', query: { since: [...NO_INSTANTS, '2026-01-31T12:00:00Z'] } },

  {
    route: 'POST /commits',
    body: {
      commitId: name('c-2'),
      vmId: name('vm-1'),
      label: prose('golden'),
      agent: optional(name('ann')),
      tags,
      metadata: optional(object({ a: 1 })),
    },
  },
  {
    route: 'GET /commits',
    query: { ...PAGE, tag: anyText, agent: anyText, label: anyText, vmId: anyText, since: NO_INSTANTS },
  },
  { route: 'GET /commits/:id', unknown: 'Commit not found' },
  { route: 'DELETE /commits/:id', unknown: 'Commit not found' },
  { route: 'POST /reports', body: report, limitMebibytes: 3 },
  { route: 'GET /reports', query: { ...PAGE, author: anyText, tag: anyText } },
  { route: 'GET /reports/:id', unknown: 'report not found' },
  { route: 'DELETE /reports/:id', unknown: 'report not found' },
  { route: 'POST /reports/:id/share', body: share, unknown: 'report not found' },
  { route: 'GET /reports/:id/shares', query: { limit, cursor: numberCursor }, unknown: 'report not found' },
  { route: 'DELETE /reports/share/:id', unknown: 'share link not found' },
  {
    route: 'GET /reports/share/:id/access',
    query: { limit, cursor: numberCursor },
    unknown: 'share link not found',
  },
  { route: 'POST /usage/sessions', body: usedSession },
  { route: 'GET /usage/sessions', query: { limit, cursor: timeCursor, agent: anyText, range: duration } },
  { route: 'POST /usage/vms', body: usedVm },
  {
    route: 'GET /usage/vms',
    query: { limit, cursor: timeCursor, role: oneOf, agent: anyText, range: duration },
  },
  { route: 'GET /usage', query: { range: duration } },
  { route: 'GET /status' },
  { route: 'GET /usage/series', query: { range: duration, bucket: [...oneOf, 'week'], by: oneOf } },
];

/** Pages for anyone: what they say of an id that is unknown is a page too. */
const OPEN_PAGES: Route[] = [{ route: 'GET /reports/share/:id' }];

let app: TestApp;

function allOptional(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([field, rule]) => [field, optional(rule)]));
}

function requiredOf(fields: Fields = {}): string[] {
  return Object.keys(fields).filter((field) => !fields[field]?.isOptional);
}

/** An id that stands for `:id` in the paths of a service. */
async function makeId(path: string): Promise<string> {
  if (path.startsWith('/auth')) return (await makeKey(app)).id;
  if (path.startsWith('/board')) return makeTaskFor(path);
  if (path.startsWith('/feed')) return (await makeEvent(app)).id;
  if (path.startsWith('/skills')) return makeHubId();
  if (path.startsWith('/reports/share')) return (await makeLink(app, (await makeReport(app)).id)).linkId;
  if (path.startsWith('/reports')) return (await makeReport(app)).id;
  if (path.startsWith('/commits')) return (await makeCommit(app))['commitId'] as string;
  return (await makeVm(app)).id;
}

/** A task; one that is held, where the path is for its holder. */
async function makeTaskFor(path: string): Promise<string> {
  const { id } = await makeTask(app);
  const isForHolder = /\/(renew|release|complete|fail)$/.test(path);
  if (isForHolder) await app.api.post(`/board/tasks/${id}/claim`).send({ agent: 'ann' });
  return id;
}

/** A name that is a skill's, an extension's and an agent's. */
async function makeHubId(): Promise<string> {
  await makeItem(app, 'items');
  await makeItem(app, 'extensions');
  await app.api.post('/skills/sync').send({ agentId: 'review' });
  return 'review';
}

describe('a refused request', () => {
  const known: Record<string, string> = {};
  let stream: TestStream;
  let hubStream: TestStream;
  let before: string;
  let usedBefore: string;

  beforeAll(async () => {
    app = await TestApp.start();
    for (const service of [
      '/auth',
      '/board',
      '/feed',
      '/registry',
      '/commits',
      '/skills',
      '/reports',
      '/reports/share',
    ])
      known[service] = await makeId(service);
    stream = await TestStream.open(`${app.url}/feed/stream`);
    hubStream = await TestStream.open(`${app.url}/skills/stream`);
    for (const [route, body] of [
      ['sessions', usedSession],
      ['vms', usedVm],
    ] as const)
      await make(app, `/usage/${route}`, acceptedBody(body));
    before = app.storedText();
    usedBefore = await used();
  });

  afterAll(async () => {
    stream.close();
    hubStream.close();
    await app.stop();
  });

  function ask(
    method: string | undefined,
    path: string,
    body?: Refusal['body'],
    headers: Record<string, string> = CREDENTIAL,
  ): Promise<Response> {
    const id = known[/^\/(reports\/share|\w+)/.exec(path)?.[0] ?? ''] ?? '';
    return fetch(app.url + path.replace(':id', id), { method, headers, body });
  }

  async function expectRefusal({ method, path, headers, body, status, error, field, allow }: Refusal): Promise<void> {
    const response = await ask(method, path, body, headers);
    const message: unknown = expect.stringContaining(error);
    expect([response.status, await response.json()]).toEqual([
      status,
      { error: message, ...(field !== undefined && { details: [{ field, message }] }) },
    ]);
    expect(response.headers.get('Content-Type')).toMatch(/^application\/json\b/);
    expect(response.headers.get('Allow') ?? undefined).toBe(allow);
    expect(app.storedText()).toBe(before);
    if (path.startsWith('/usage')) expect(await used()).toBe(usedBefore);
  }

  /** All that the usage service keeps, which is in no log file. */
  async function used(): Promise<string> {
    const lists = await Promise.all(['sessions', 'vms'].map((list) => app.api.get(`/usage/${list}`)));
    return lists.map(({ text }) => text).join('\n');
  }

  describe.each(ROUTES)('$route', (route) => {
    it.each(refusalsOf(route))('for $title changes nothing', expectRefusal);
  });

  describe.each(ROUTES.filter(({ body }) => requiredOf(body).length > 0))('$route', ({ route, body }) => {
    it.each(['{}', '', ' \n'])('for the body %j names all that is required', async (sent) => {
      const [method, path = ''] = route.split(' ');
      const response = await ask(method, path, sent);
      const messages = requiredOf(body).map((field) => `${field} is required`);
      const { error, details } = (await response.json()) as { error: string; details: { message: string }[] };
      expect([response.status, details.map(({ message }) => message).sort()]).toEqual([400, messages.sort()]);
      expect(messages).toContain(error);
      expect([app.storedText(), await used()]).toEqual([before, usedBefore]);
    });
  });

  describe('with a method that its path does not have', () => {
    it.each(refusedMethods([...ROUTES, ...OPEN_PAGES, READ_AS_ID]))('for $title says what is allowed', expectRefusal);
  });

  it.each([
    '/board',
    '/board/tasks/a/b/c',
    '/feed',
    '/feed/nothing',
    '/log/nothing',
    '/journal/a',
    '/registry/vms/a/b',
    '/skills',
    '/skills/review',
    '/skills/items/a/b',
    '/commits/a/b',
    '/reports/a/b',
    '/reports/share/a/b/c',
    '/usage/nothing',
    '/usage/sessions/a',
  ])('for %s, where there is nothing, is a 404', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const response = await ask(method, path);
      expect([response.status, await response.json()]).toEqual([404, { error: `no such route: ${path}` }]);
      expect((await ask(method, path, undefined, {})).status).toBe(401);
    }
  });

  it('is heard of by nobody who watches the hub', async () => {
    const { version } = await makeItem(app, 'extensions');
    expect(await hubStream.next()).toMatchObject({ data: { type: 'extension', version, action: 'update' } });
  });

  it('is heard of by nobody on the feed', async () => {
    const event = await makeEvent(app);
    expect(await stream.next()).toEqual({ id: event.id, data: event });
  });
});

describe('what refusals are made from', () => {
  beforeAll(async () => {
    app = await TestApp.start();
  });

  afterAll(() => app.stop());

  it.each(ROUTES)('is accepted by $route as it is', async ({ route, body }) => {
    const [method, path = ''] = route.split(' ');
    for (const made of ['/registry/vms/vm-1', '/commits/c-1']) await app.api.delete(made);
    const url = app.url + path.replace(':id', await makeId(path));
    const response = await fetch(url, {
      method,
      headers: CREDENTIAL,
      body: body && JSON.stringify(acceptedBody(body)),
    });
    await response.body?.cancel();
    expect([200, 201]).toContain(response.status);
  });
});
