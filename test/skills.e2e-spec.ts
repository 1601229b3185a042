import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { temporaryFolder, TestApp, TOKEN } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { anId, inParallel, later, makeItem, makeSkill, MINUTE_MS, NOON, walk } from './support/make.js';
import { ServerProcess } from './support/server.js';

interface Item {
  id: string;
  name: string;
  version: number;
}

type Kind = 'skill' | 'extension';
/** Each kind, where it lives, and what only it has. */
const KINDS = [
  ['skill', 'items', { tags: [] }],
  ['extension', 'extensions', {}],
] as const;
const MEBIBYTE = 1 << 20;

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

function sha256(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('hex');
}

async function names(path: string, query: object = {}): Promise<string[]> {
  const { status, body } = await app.api.get(path).query(query);
  const { count, ...lists } = body as { count: number } & Record<string, Item[]>;
  const [items = []] = Object.values(lists);
  expect([status, count]).toEqual([200, items.length]);
  return items.map(({ name }) => name);
}

describe.each(KINDS)('POST, GET, PATCH and DELETE of the kind %s', (kind, path, extra) => {
  const route = `/skills/${path}`;
  const required = { name: 'review', description: 'how to', content: '# Review\n', publishedBy: 'ann' };

  it('publishes a name with defaults, and without what it does not know', async () => {
    const { status, body } = await app.api.post(route).send({ ...required, id: 'mine', version: 7, sha256: 'x' });
    const item = {
      ...required,
      ...extra,
      id: anId,
      version: 1,
      publishedAt: NOON,
      updatedAt: NOON,
      enabled: true,
      sha256: sha256(required.content),
    };
    expect([status, body]).toEqual([201, item]);
    const one = await app.api.get(`${route}/review`);
    expect([one.status, one.body]).toEqual([200, body]);
    expect((await app.api.get(route)).body).toEqual({ [`${kind}s`]: [body], count: 1 });
  });

  it('trims what names or describes', async () => {
    const sent = { name: ' review ', description: ' how to ', publishedBy: ' bob ', enabled: false };
    expect(await makeItem(app, path, sent)).toMatchObject({
      name: 'review',
      description: 'how to',
      publishedBy: 'bob',
      enabled: false,
    });
  });

  it.each([' ', ' \tone\r\n\nline two  \n', '\u0000\u2028\ufeff😀', '"}],\\', 'ü'.repeat(5 * (MEBIBYTE / 2))])(
    'keeps the content to the byte, and tells its SHA-256 (%#)',
    async (content) => {
      const { status, body } = await app.api.post(route).send({ ...required, content });
      expect([status, body.sha256]).toEqual([201, sha256(content)]);
      expect((await app.api.get(`${route}/review`)).body.content === content).toBe(true);
      expect((await app.api.get('/skills/manifest')).body[`${kind}s`]).toEqual([
        { name: 'review', version: 1, sha256: sha256(content) },
      ]);
    },
  );

  it('makes a new version of a known name, and keeps what was not given', async () => {
    const first = await makeItem(app, path, { enabled: false, ...(kind === 'skill' && { tags: ['x'] }) });
    const now = later(clock, MINUTE_MS);
    const { status, body } = await app.api.post(route).send({ ...required, content: 'new', description: 'better' });
    expect([status, body]).toEqual([
      201,
      {
        ...first,
        version: 2,
        description: 'better',
        content: 'new',
        publishedBy: 'ann',
        updatedAt: now,
        sha256: sha256('new'),
      },
    ]);
    expect((await app.api.get(`${route}/review`)).body).toEqual(body);
    expect(await makeItem(app, path, { enabled: true })).toMatchObject({ version: 3, enabled: true });
  });

  it('gives consecutive versions to publications that come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => app.api.post(route).send({ ...required, content: `content ${i}` })),
    );
    const bodies = answers.map(({ body }) => body as Item & { content: string });
    const versions = bodies.map(({ version }) => version).sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect((await app.api.get(`${route}/review`)).body).toEqual(bodies.find(({ version }) => version === 40));
  });

  it('changes what is given and leaves the version', async () => {
    const before = await makeItem(app, path);
    const now = later(clock, MINUTE_MS);
    const { status, body } = await app.api
      .patch(`${route}/review`)
      .send({ description: ' better ', enabled: false, content: 'other', name: 'other', version: 9 });
    expect([status, body]).toEqual([200, { ...before, description: 'better', enabled: false, updatedAt: now }]);
    expect((await app.api.get(`${route}/review`)).body).toEqual(body);
  });

  it('goes on with the versions of a name that was deleted', async () => {
    const first = await makeItem(app, path, kind === 'skill' ? { tags: ['x'] } : {});
    await makeItem(app, path, { enabled: false });
    const { status, body } = await app.api.delete(`${route}/review`);
    expect([status, body]).toEqual([200, { deleted: true }]);
    const again = await app.api.delete(`${route}/review`);
    expect([again.status, again.body]).toEqual([404, { error: `${kind} not found` }]);
    expect([await names(route), (await app.api.get(`${route}/review`)).status]).toEqual([[], 404]);
    await app.stop();
    app = await TestApp.start({ clock, dataDir });
    const next = await makeItem(app, path);
    expect(next).toMatchObject({ ...extra, version: 3, enabled: true });
    expect(next.id > first.id).toBe(true);
  });

  it('lists by name, and those that are enabled or not', async () => {
    for (const name of ['b', 'a.b-c_d', 'B', 'a', '1', 'constructor']) await makeItem(app, path, { name });
    await app.api.patch(`${route}/b`).send({ enabled: false });
    expect(await names(route)).toEqual(['1', 'B', 'a', 'a.b-c_d', 'b', 'constructor']);
    expect(await names(route, { enabled: 'true' })).toEqual(['1', 'B', 'a', 'a.b-c_d', 'constructor']);
    expect(await names(route, { enabled: 'false' })).toEqual(['b']);
    expect(await names(route, { enabled: '', limit: '', cursor: '' })).toHaveLength(6);
  });

  it.each([
    ['', 'limit=2', [['a', 'c'], ['e', 'g'], ['i']]],
    ['', 'limit=5', [['a', 'c', 'e', 'g', 'i']]],
    [
      '&enabled=true',
      'limit=3',
      [
        ['a', 'c', 'e'],
        ['g', 'i'],
      ],
    ],
  ])('gives everything exactly once page by page while others come (%s%s)', async (filter, limit, expected) => {
    for (const name of ['a', 'c', 'e', 'g', 'i']) await makeItem(app, path, { name });
    const pages = await walk(app, `${route}?${limit}${filter}`, () => makeItem(app, path, { name: 'a' }));
    expect(pages.map(({ body }) => (body as Record<string, Item[]>)[`${kind}s`]?.map(({ name }) => name))).toEqual(
      expected,
    );
  });

  it('ends a list early, with a cursor, when contents are large', async () => {
    const content = 'x'.repeat(5 * MEBIBYTE);
    for (let i = 0; i < 8; i++) await makeItem(app, path, { name: `n${i}`, content });
    const pages = await walk(app, route);
    expect(pages.map(({ body }) => body.count as number)).toEqual([7, 1]);
  });

  it('takes a content of 5 MiB whose JSON is larger, and tells of its limits', async () => {
    const content = '\n'.repeat(5 * MEBIBYTE);
    expect((await app.api.post(route).send({ ...required, content })).status).toBe(201);
    const larger = await app.api.post(route).send({ ...required, content: `${content}x` });
    expect([larger.status, larger.body.error]).toEqual([400, 'content must not be larger than 5 MiB']);
    expect(await names(route)).toEqual(['review']);
  });
});

describe('tags of skills', () => {
  it('filter, are replaced by PATCH, and go with the skill', async () => {
    await makeSkill(app, { name: 'a', tags: [' x ', 'y', 'x'] });
    await makeSkill(app, { name: 'b', tags: ['x'], enabled: false });
    await makeItem(app, 'extensions', { name: 'c', tags: ['x'] });
    expect(await names('/skills/items', { tag: ' x ' })).toEqual(['a', 'b']);
    expect(await names('/skills/items', { tag: 'x', enabled: 'true' })).toEqual(['a']);
    expect(await names('/skills/items', { tag: 'X' })).toEqual([]);
    const { body } = await app.api.patch('/skills/items/a').send({ tags: ['z'] });
    expect(body).toMatchObject({ tags: ['z'], version: 1 });
    expect([await names('/skills/items', { tag: 'x' }), await names('/skills/items', { tag: 'z' })]).toEqual([
      ['b'],
      ['a'],
    ]);
    await app.api.delete('/skills/items/b');
    expect(await names('/skills/items', { tag: 'x' })).toEqual([]);
    const pages = await walk(app, '/skills/items?tag=z&limit=1', () => makeSkill(app, { name: 'b', tags: ['z'] }));
    expect(pages.map(({ body }) => (body as { skills: Item[] }).skills[0]?.name)).toEqual(['a']);
  });
});

describe('GET /skills/manifest', () => {
  it('names what is enabled, skills and extensions apart', async () => {
    expect((await app.api.get('/skills/manifest')).body).toEqual({ skills: [], extensions: [] });
    await makeSkill(app, { name: 'b' });
    await makeSkill(app, { name: 'a', content: 'one' });
    await makeSkill(app, { name: 'a', content: 'two' });
    await makeSkill(app, { name: 'off', enabled: false });
    await makeItem(app, 'extensions', { name: 'b', content: 'ext' });
    const { status, body } = await app.api.get('/skills/manifest');
    expect([status, body]).toEqual([
      200,
      {
        skills: [
          { name: 'a', version: 2, sha256: sha256('two') },
          { name: 'b', version: 1, sha256: sha256('# Review\n') },
        ],
        extensions: [{ name: 'b', version: 1, sha256: sha256('ext') }],
      },
    ]);
  });
});

describe('POST /skills/sync', () => {
  const sync = async (report: object) => (await app.api.post('/skills/sync').send(report)).body as unknown;
  const update = (type: Kind, name: string, version: number, action: string, content?: string) => ({
    type,
    name,
    version,
    action,
    ...(content !== undefined && { sha256: sha256(content) }),
  });

  beforeEach(async () => {
    await makeSkill(app, { name: 'new', content: 'n' });
    await makeSkill(app, { name: 'old', content: '1' });
    await makeSkill(app, { name: 'old', content: '2' });
    await makeSkill(app, { name: 'same' });
    await makeSkill(app, { name: 'off', enabled: false });
    await makeItem(app, 'extensions', { name: 'old', content: 'e' });
  });

  it('says what to install, update and remove', async () => {
    const skills = [
      { name: 'old', version: 1, other: 1 },
      { name: 'same', version: 1 },
      { name: 'off', version: 1 },
      { name: 'gone', version: 3 },
    ];
    const extensions = [{ name: 'constructor', version: 0 }];
    const { status, body } = await app.api.post('/skills/sync').send({ agentId: 'ann', skills, extensions });
    expect([status, body]).toEqual([
      200,
      {
        updates: [
          update('skill', 'new', 1, 'install', 'n'),
          update('skill', 'old', 2, 'update', '2'),
          update('skill', 'off', 1, 'remove'),
          update('skill', 'gone', 3, 'remove'),
          update('extension', 'old', 1, 'install', 'e'),
          update('extension', 'constructor', 0, 'remove'),
        ],
      },
    ]);
  });

  it('has nothing to say to an agent that did what it was told', async () => {
    const { skills, extensions } = (await app.api.get('/skills/manifest')).body as Record<string, Item[]>;
    expect(await sync({ agentId: 'ann', skills, extensions })).toEqual({ updates: [] });
  });

  it('brings an agent back that has a version which the hub does not know', async () => {
    const extensions = [{ name: 'old', version: 7 }];
    const skills = ['new', 'same'].map((name) => ({ name, version: 1 }));
    expect(await sync({ agentId: 'ann', skills: [...skills, { name: 'old', version: 2 }], extensions })).toEqual({
      updates: [update('extension', 'old', 1, 'update', 'e')],
    });
  });

  it('keeps the last report of each agent', async () => {
    await sync({ agentId: ' ann ', vmId: ' vm-1 ', skills: [{ name: 'old', version: 1 }] });
    later(clock, MINUTE_MS);
    await sync({ agentId: 'constructor' });
    const now = later(clock, MINUTE_MS);
    await sync({ agentId: 'ann', extensions: [{ name: 'old', version: 1 }] });
    const ann = { agentId: 'ann', skills: [], extensions: [{ name: 'old', version: 1 }], lastSync: now };
    const other = { agentId: 'constructor', skills: [], extensions: [], lastSync: '2026-01-31T12:01:00.000Z' };
    const { status, body } = await app.api.get('/skills/agents');
    expect([status, body]).toEqual([200, { agents: [ann, other], count: 2 }]);
    expect((await app.api.get('/skills/agents/ann')).body).toEqual(ann);
    const unknown = await app.api.get('/skills/agents/bob');
    expect([unknown.status, unknown.body]).toEqual([404, { error: 'agent not found' }]);
    const pages = await walk(app, '/skills/agents?limit=1');
    expect(pages.map((page) => page.body.agents as unknown)).toEqual([[ann], [other]]);
  });

  it('takes a report of 10,000 items, and no larger one', async () => {
    const skills = Array.from({ length: 10_001 }, (_, i) => ({ name: `skill-${i}`, version: 1 }));
    const refused = await app.api.post('/skills/sync').send({ agentId: 'ann', skills });
    expect([refused.status, refused.body.error]).toEqual([400, 'skills must not have more than 10000 items']);
    const { status, body } = await app.api.post('/skills/sync').send({ agentId: 'ann', skills: skills.slice(1) });
    expect([status, (body as { updates: unknown[] }).updates.length]).toEqual([200, 10_004]);
  });
});

describe('a restart', () => {
  async function everything(): Promise<unknown[]> {
    const paths = ['items', 'extensions', 'manifest', 'agents'];
    return Promise.all(paths.map(async (path) => (await app.api.get(`/skills/${path}`)).body as unknown));
  }

  it('finds everything again', async () => {
    for (const name of ['a', 'b', 'a']) {
      await makeSkill(app, { name, tags: [name] });
      await makeItem(app, 'extensions', { name });
    }
    await app.api.patch('/skills/items/b').send({ enabled: false });
    await app.api.delete('/skills/extensions/b');
    await app.api.post('/skills/sync').send({ agentId: 'ann', skills: [{ name: 'a', version: 1 }] });
    const before = await everything();
    await app.stop();
    app = await TestApp.start({ clock, dataDir });
    expect(await everything()).toEqual(before);
  });

  it('finds all that was acknowledged before kill -9', async () => {
    const env = { DATA_DIR: temporaryFolder(), VERS_AUTH_TOKEN: TOKEN, HOST: '127.0.0.1' };
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const acknowledged = new Map<string, Item>();
    const first = await ServerProcess.start(env);
    let count = 0;
    await inParallel(20, 20, async (i) => {
      for (let n = 0; ; n += 1) {
        const content = `${i}.${n} `.repeat(500);
        const body = JSON.stringify({ name: `skill-${i}`, description: 'd', publishedBy: 'a', content });
        const answer = await fetch(`${first.url}/skills/items`, { method: 'POST', headers, body })
          .then((response) => response.json() as Promise<Item>)
          .catch(() => undefined);
        if (answer === undefined) return;
        expect(answer.version).toBe(n + 1);
        acknowledged.set(answer.name, answer);
        if (++count === 500) first.child.kill('SIGKILL');
      }
    });
    await first.ended();
    const second = await ServerProcess.start(env);
    const { skills } = (await (await fetch(`${second.url}/skills/items`, { headers })).json()) as { skills: Item[] };
    await second.end('SIGTERM');
    rmSync(env.DATA_DIR, { recursive: true, force: true });
    expect([count >= 500, skills.length, acknowledged.size]).toEqual([true, 20, 20]);
    for (const skill of skills) {
      const last = acknowledged.get(skill.name);
      // What was under way when the process died may be there too.
      if (skill.version === last?.version) expect(skill).toEqual(last);
      else expect(skill.version).toBe((last?.version ?? 0) + 1);
    }
  });
});
