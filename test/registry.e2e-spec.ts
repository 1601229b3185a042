import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { temporaryFolder, TestApp, TOKEN } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { inParallel, later, makeVm, MINUTE_MS, NOON, walk } from './support/make.js';

const STALE_MS = 5 * MINUTE_MS;
const TRICKY_METADATA = '{"__proto__":{"isPolluted":true},"constructor":{"prototype":{}},"lastSeen":"never"}';

interface VmPage {
  vms: { id: string }[];
  count: number;
}

let app: TestApp;
let clock: FakeClock;

beforeEach(async () => {
  clock = new FakeClock();
  app = await TestApp.start({ clock });
});

afterEach(() => app.stop());

async function ids(path: string, query: object = {}): Promise<string[]> {
  const { status, body } = await app.api.get(path).query(query);
  const { vms, count } = body as VmPage;
  expect([status, count]).toEqual([200, vms.length]);
  return vms.map(({ id }) => id);
}

async function read(id = 'vm-1'): Promise<unknown> {
  return (await app.api.get(`/registry/vms/${id}`)).body;
}

async function beat(id = 'vm-1'): Promise<void> {
  const { status, body } = await app.api.post(`/registry/vms/${id}/heartbeat`);
  expect([status, body]).toEqual([200, { id, lastSeen: clock.timestamp() }]);
}

describe('POST /registry/vms', () => {
  const required = { id: 'vm-1', name: 'builder', role: 'worker', address: 'a.example', registeredBy: 'ann' };

  it('registers a VM with defaults, and without what was not given', async () => {
    const { status, body } = await app.api.post('/registry/vms').send(required);
    const vm = { ...required, status: 'running', registeredAt: NOON, lastSeen: NOON };
    expect([status, body]).toEqual([201, vm]);
    expect(await read()).toEqual(vm);
  });

  it('takes every field, trims what names or describes, and ignores what it does not know', async () => {
    const { status, body } = await app.api.post('/registry/vms').send({
      id: ' vm-1 ',
      name: ' builder ',
      role: 'golden',
      address: ' a.example ',
      registeredBy: ' ann ',
      status: 'paused',
      services: [
        { name: ' api ', port: 3000, healthPath: ' /health ', protocol: ' http ', other: 1 },
        { name: 'x', port: 1 },
      ],
      metadata: { a: [{ b: null }] },
      lastSeen: 'never',
      registeredAt: 'never',
      other: 1,
    });
    const vm = {
      ...required,
      role: 'golden',
      status: 'paused',
      services: [
        { name: 'api', port: 3000, healthPath: '/health', protocol: 'http' },
        { name: 'x', port: 1 },
      ],
      metadata: { a: [{ b: null }] },
      registeredAt: NOON,
      lastSeen: NOON,
    };
    expect([status, body]).toEqual([201, vm]);
    expect(await read()).toEqual(vm);
  });

  it.each(['infra', 'lieutenant', 'worker', 'golden', 'custom'])('takes the role %s', async (role) => {
    expect(await makeVm(app, { role })).toMatchObject({ role });
    expect(await ids(`/registry/discover/${role}`)).toEqual(['vm-1']);
  });

  it('keeps metadata whatever its keys are', async () => {
    const fields = JSON.stringify(required).slice(0, -1);
    const { status, text } = await app.api
      .post('/registry/vms')
      .type('json')
      .send(`${fields}, "metadata": ${TRICKY_METADATA}}`);
    expect([status, text]).toEqual([201, expect.stringContaining(`"metadata":${TRICKY_METADATA}`)]);
    expect((await app.api.get('/registry/vms/vm-1')).text).toContain(`"metadata":${TRICKY_METADATA}`);
    const patched = await app.api.patch('/registry/vms/vm-1').send({ name: 'after' });
    expect(patched.text).toContain(`"metadata":${TRICKY_METADATA}`);
    expect(patched.body).toMatchObject({ name: 'after', lastSeen: NOON });
    expect(({} as Record<string, unknown>)['isPolluted']).toBeUndefined();
  });

  it('refuses a known id and leaves the VM as it was', async () => {
    const vm = await makeVm(app);
    const before = app.storedText();
    later(clock, MINUTE_MS);
    const { status, body } = await app.api.post('/registry/vms').send({ ...required, id: ' vm-1 ', name: 'other' });
    expect([status, body]).toEqual([409, { error: 'VM already registered' }]);
    expect([await read(), app.storedText()]).toEqual([vm, before]);
  });

  it('lets one of many that register the same id win', async () => {
    const statuses: number[] = [];
    await inParallel(20, 20, async (i) => {
      statuses.push((await app.api.post('/registry/vms').send({ ...required, name: `${i}` })).status);
    });
    expect(statuses.sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(await ids('/registry/vms')).toEqual(['vm-1']);
  });

  it.each(['constructor', '__proto__', 'a b', 'ünï/😀', '%'])('takes the id %j', async (id) => {
    const vm = await makeVm(app, { id });
    const path = `/registry/vms/${encodeURIComponent(id)}`;
    expect((await app.api.get(path)).body).toEqual(vm);
    expect((await app.api.post(`${path}/heartbeat`)).body).toEqual({ id, lastSeen: NOON });
    expect((await app.api.delete(path)).body).toEqual({ deleted: true });
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded'])(
    'parses the body as JSON when Content-Type is %s',
    async (type) => {
      const response = await fetch(`${app.url}/registry/vms`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${TOKEN}`, ...(type && { 'Content-Type': type }) },
        body: Buffer.from(JSON.stringify(required)),
      });
      expect([response.status, await response.json()]).toEqual([201, expect.objectContaining(required)]);
    },
  );
});

describe('GET /registry/vms', () => {
  beforeEach(async () => {
    await makeVm(app, { id: 'one', role: 'worker' });
    later(clock, 1);
    await makeVm(app, { id: 'two', role: 'infra' });
    later(clock, 1);
    await makeVm(app, { id: 'three', role: 'worker', status: 'paused' });
    later(clock, 1);
    await makeVm(app, { id: 'four', role: 'worker', status: 'stopped' });
    later(clock, 1);
    await makeVm(app, { id: 'five', role: 'worker' });
  });

  it.each([
    [{}, ['five', 'four', 'three', 'two', 'one']],
    [{ role: '', status: ' ', limit: '', cursor: '' }, ['five', 'four', 'three', 'two', 'one']],
    [{ role: 'worker' }, ['five', 'four', 'three', 'one']],
    [{ role: 'golden' }, []],
    [{ status: 'running' }, ['five', 'two', 'one']],
    [{ status: 'paused' }, ['three']],
    [{ status: 'stopped' }, ['four']],
    [{ role: 'worker', status: 'running' }, ['five', 'one']],
    [{ role: 'infra', status: 'paused' }, []],
    [{ limit: 2 }, ['five', 'four']],
    [{ role: 'worker', status: 'running', limit: 1 }, ['five']],
  ])('filters by %j, latest registration first', async (query, expected) => {
    expect(await ids('/registry/vms', query)).toEqual(expected);
  });

  it('lists whole VMs', async () => {
    const { status, body } = await app.api.get('/registry/vms?limit=1');
    expect([status, body]).toEqual([200, { vms: [await read('five')], count: 1, nextCursor: expect.any(String) }]);
  });

  it('keeps its order when VMs change', async () => {
    later(clock, 1);
    await app.api.patch('/registry/vms/one').send({ name: 'after' });
    await beat('two');
    expect(await ids('/registry/vms')).toEqual(['five', 'four', 'three', 'two', 'one']);
  });

  it.each([
    ['/registry/vms?limit=2', [['five', 'four'], ['three', 'two'], ['one']]],
    ['/registry/vms?limit=1&role=worker&status=running', [['five'], ['one']]],
    ['/registry/vms?limit=2&status=running', [['five', 'two'], ['one']]],
    ['/registry/discover/worker?limit=1', [['five'], ['one']]],
  ])('gives everything exactly once page by page while VMs are registered (%s)', async (path, expected) => {
    const pages = await walk(app, path, () => makeVm(app, { id: `late ${later(clock, 1)}` }));
    expect(pages.map(({ body }) => (body as VmPage).vms.map(({ id }) => id))).toEqual(expected);
  });

  it('walks through VMs registered in one millisecond', async () => {
    later(clock, 1);
    for (const id of ['a', 'b', 'c']) await makeVm(app, { id, role: 'custom' });
    const pages = await walk(app, '/registry/vms?limit=1&role=custom');
    expect(pages.flatMap(({ body }) => (body as VmPage).vms.map(({ id }) => id)).sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('PATCH /registry/vms/:id', () => {
  const everything = { status: 'paused', services: [{ name: 'api', port: 80 }], metadata: { a: 1, b: 2 } };

  it.each<[string, unknown, unknown]>([
    ['name', ' after ', 'after'],
    ['status', 'stopped', 'stopped'],
    ['address', ' b.example ', 'b.example'],
    ['role', 'golden', 'golden'],
    ['services', [{ name: ' web ', port: 65_535 }], [{ name: 'web', port: 65_535 }]],
    ['services', [], []],
    ['metadata', { c: 3 }, { c: 3 }],
    ['metadata', {}, {}],
  ])('changes %s to %j, moves lastSeen and keeps what was not sent', async (field, sent, kept) => {
    const vm = await makeVm(app, everything);
    const lastSeen = later(clock, MINUTE_MS);
    const { status, body } = await app.api.patch('/registry/vms/vm-1').send({ [field]: sent });
    expect([status, body]).toEqual([200, { ...vm, [field]: kept, lastSeen }]);
    expect(await read()).toEqual(body);
  });

  it('ignores fields that are not the client’s to set', async () => {
    const vm = await makeVm(app, everything);
    const mine = { id: 'other', registeredBy: 'eve', registeredAt: 'never', lastSeen: 'never' };
    const { status, body } = await app.api.patch('/registry/vms/vm-1').send(mine);
    expect([status, body]).toEqual([200, vm]);
  });

  it('moves the VM between filters', async () => {
    await makeVm(app);
    await app.api.patch('/registry/vms/vm-1').send({ role: 'golden', status: 'stopped' });
    expect(await ids('/registry/vms', { role: 'worker' })).toEqual([]);
    expect(await ids('/registry/vms', { role: 'golden', status: 'stopped' })).toEqual(['vm-1']);
    expect(await ids('/registry/discover/golden')).toEqual([]);
  });

  it('loses none of 50 changes at once', async () => {
    await makeVm(app);
    const fields = ['name', 'address'];
    await inParallel(50, 50, async (i) => {
      const { status } = await app.api.patch('/registry/vms/vm-1').send({ [fields[i % 2] ?? '']: `${i}` });
      expect(status).toBe(200);
    });
    expect(await read()).toMatchObject({
      name: expect.stringMatching(/^\d*[02468]$/),
      address: expect.stringMatching(/^\d*[13579]$/),
    });
  });
});

describe('DELETE /registry/vms/:id', () => {
  it('takes the VM off the registry, and its id may be registered again', async () => {
    await makeVm(app, { metadata: { a: 1 } });
    await beat();
    const { status, body } = await app.api.delete('/registry/vms/vm-1');
    expect([status, body]).toEqual([200, { deleted: true }]);
    expect(await ids('/registry/vms')).toEqual([]);
    expect(await ids('/registry/discover/worker')).toEqual([]);
    for (const gone of [app.api.get('/registry/vms/vm-1'), app.api.post('/registry/vms/vm-1/heartbeat')]) {
      const response = await gone;
      expect([response.status, response.body]).toEqual([404, { error: 'VM not found' }]);
    }
    const registeredAt = later(clock, MINUTE_MS);
    const vm = await makeVm(app);
    expect(vm).toMatchObject({ registeredAt, lastSeen: registeredAt });
    expect(vm).not.toHaveProperty('metadata');
    expect(await read()).toEqual(vm);
  });
});

describe('POST /registry/vms/:id/heartbeat', () => {
  it('moves lastSeen at once and nothing else', async () => {
    const vm = await makeVm(app);
    const lastSeen = later(clock, MINUTE_MS);
    await beat();
    expect(await read()).toEqual({ ...vm, lastSeen });
    expect((await app.api.get('/registry/vms')).body).toEqual({ vms: [{ ...vm, lastSeen }], count: 1 });
    expect((await app.api.get('/registry/discover/worker')).body).toEqual({ vms: [{ ...vm, lastSeen }], count: 1 });
  });

  it('is not history', async () => {
    await makeVm(app);
    const before = app.storedText();
    await beat();
    expect(app.storedText()).toBe(before);
  });

  it('survives a restart', async () => {
    const dataDir = temporaryFolder();
    const first = await TestApp.start({ clock, dataDir });
    const vm = await makeVm(first);
    const lastSeen = later(clock, MINUTE_MS);
    await first.api.post('/registry/vms/vm-1/heartbeat');
    await first.stop();
    const second = await TestApp.start({ clock, dataDir });
    const { body } = await second.api.get('/registry/vms/vm-1');
    await second.stop();
    rmSync(dataDir, { recursive: true });
    expect(body).toEqual({ ...vm, lastSeen });
  });

  it('is kept by a PATCH that follows', async () => {
    await makeVm(app);
    later(clock, MINUTE_MS);
    await beat();
    const lastSeen = later(clock, MINUTE_MS);
    await app.api.patch('/registry/vms/vm-1').send({ name: 'after' });
    expect(await read()).toMatchObject({ name: 'after', lastSeen });
  });
});

describe('a VM that was not heard of for five minutes', () => {
  /** Where a stale VM is missing. */
  const LIVING = [
    '/registry/vms?status=running',
    '/registry/vms?status=running&role=worker',
    '/registry/discover/worker',
  ];

  async function living(): Promise<string[][]> {
    return Promise.all(LIVING.map((path) => ids(path)));
  }

  beforeEach(() => makeVm(app));

  it('is left out of those that are running, and of no other list', async () => {
    later(clock, STALE_MS);
    expect(await living()).toEqual([['vm-1'], ['vm-1'], ['vm-1']]);
    later(clock, 1);
    expect(await living()).toEqual([[], [], []]);
    expect(await ids('/registry/vms')).toEqual(['vm-1']);
    expect(await ids('/registry/vms?role=worker')).toEqual(['vm-1']);
    expect(await read()).toMatchObject({ status: 'running', lastSeen: NOON });
  });

  it('is left out by its last heartbeat', async () => {
    later(clock, STALE_MS - MINUTE_MS);
    await app.api.patch('/registry/vms/vm-1').send({});
    later(clock, STALE_MS);
    await beat();
    later(clock, STALE_MS);
    expect(await living()).toEqual([['vm-1'], ['vm-1'], ['vm-1']]);
    later(clock, 1);
    expect(await living()).toEqual([[], [], []]);
  });

  it.each([
    ['nearly', STALE_MS - 1],
    ['just', STALE_MS + 1],
    ['long', 10 * STALE_MS],
  ])('is back at once with a heartbeat when it was %s stale', async (_, age) => {
    later(clock, age);
    await beat();
    expect(await living()).toEqual([['vm-1'], ['vm-1'], ['vm-1']]);
    later(clock, STALE_MS);
    expect(await living()).toEqual([['vm-1'], ['vm-1'], ['vm-1']]);
  });

  it('is back at once with a PATCH', async () => {
    later(clock, 2 * STALE_MS);
    await app.api.patch('/registry/vms/vm-1').send({});
    expect(await living()).toEqual([['vm-1'], ['vm-1'], ['vm-1']]);
  });

  it('is found within seconds by a heartbeat while it was fresh', async () => {
    later(clock, MINUTE_MS);
    await beat();
    const beaten = performance.now();
    later(clock, STALE_MS);
    while ((await ids('/registry/discover/worker')).length === 0) continue;
    expect(performance.now() - beaten).toBeLessThan(5000);
    expect(await living()).toEqual([['vm-1'], ['vm-1'], ['vm-1']]);
  });

  it('does not come between the pages of those that live', async () => {
    later(clock, STALE_MS);
    for (const id of ['a', 'b', 'c']) await makeVm(app, { id: `${id} ${later(clock, 1)}` });
    const pages = await walk(app, '/registry/vms?status=running&limit=2');
    expect(pages.map(({ body }) => (body as VmPage).vms.map(({ id }) => id.slice(0, 1)))).toEqual([['c', 'b'], ['a']]);
  });
});

describe('GET /registry/discover/:role', () => {
  it('gives those that run, oldest registration first', async () => {
    for (const [id, status] of Object.entries({ one: 'running', two: 'paused', three: 'stopped', four: 'running' })) {
      await makeVm(app, { id, status });
      later(clock, 1);
    }
    await makeVm(app, { id: 'other', role: 'infra' });
    const { status, body } = await app.api.get('/registry/discover/worker');
    expect([status, body]).toEqual([200, { vms: [await read('one'), await read('four')], count: 2 }]);
  });

  it.each(['golden', 'banana', 'constructor', '__proto__'])('gives nobody for the role %s', async (role) => {
    await makeVm(app);
    const { status, body } = await app.api.get(`/registry/discover/${role}`);
    expect([status, body]).toEqual([200, { vms: [], count: 0 }]);
  });
});
