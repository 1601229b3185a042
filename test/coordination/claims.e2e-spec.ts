import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClaimsService } from '../../src/modules/board/claims.service.js';
import { UNCONDITIONAL } from '../../src/modules/board/conditions.js';
import { LeaseKeeper } from '../../src/modules/board/lease-keeper.js';
import { TestApp } from '../support/app.js';
import { FakeClock } from '../support/fake-clock.js';
import { anId, makeTask, makeVm, walk } from '../support/make.js';

let app: TestApp;
let clock: FakeClock;
let tag = '';
let tags = 0;

beforeAll(async () => {
  clock = new FakeClock();
  app = await TestApp.start({ clock, env: { AGENT_MAX_TASKS: '3' } });
});

afterAll(() => app.stop());

interface Task {
  id: string;
  title: string;
  version: number;
  [field: string]: unknown;
}

interface Lease {
  agent: string;
  fence: number;
  expiresAt: string;
}

/** A tag that no other test has. */
function freshTag(): string {
  return (tag = `tag-${++tags}`);
}

async function task(fields: object = {}): Promise<Task> {
  return (await makeTask(app, { tags: [tag], ...fields })) as Task;
}

async function post(path: string, body: object = {}): Promise<[status: number, body: unknown]> {
  const response = await app.api.post(`/board/${path}`).send(body);
  return [response.status, response.body];
}

async function read(id: string): Promise<Task> {
  return (await app.api.get(`/board/tasks/${id}`)).body as Task;
}

/** Claims a task and gives its lease. */
async function claimed(id: string, agent: string, more: object = {}): Promise<Lease> {
  const [status, body] = await post(`tasks/${id}/claim`, { agent, ...more });
  expect(status).toBe(200);
  return (body as { lease: Lease }).lease;
}

async function titles(path: string): Promise<string[]> {
  const { body } = await app.api.get(path);
  return (body as { tasks: Task[] }).tasks.map(({ title }) => title);
}

/** Lets time pass, and what is overdue end. */
async function pass(seconds: number): Promise<void> {
  clock.pass(seconds * 1000);
  await app.app.get(LeaseKeeper).sweep();
}

/** What was announced since, oldest first. */
async function announced(id: string): Promise<unknown[]> {
  const { body } = await app.api.get('/feed/events?agent=system&limit=0');
  return (body as { metadata: { kind: string; taskId: string } }[])
    .filter(({ metadata }) => metadata.taskId === id)
    .map(({ metadata: { kind } }) => kind);
}

const inSeconds = (seconds: number): string => new Date(clock.time + seconds * 1000).toISOString();

describe('POST /board/tasks/:id/claim', () => {
  it('gives an open task to an agent, for 15 minutes', async () => {
    freshTag();
    const { id, ...before } = await task();
    const [status, body] = await post(`tasks/${id}/claim`, { agent: ' ann ', session: 's1', vmId: 'vm-9' });
    const now = inSeconds(0);
    const span = { claimedAt: now, expiresAt: inSeconds(900), progressAt: now, leaseSeconds: 900 };
    const lease = { agent: 'ann', session: 's1', vmId: 'vm-9', fence: 2, ...span };
    const after = { id, ...before, status: 'in_progress', assignee: 'ann', version: 2, updatedAt: now, lease };
    expect([status, body]).toEqual([200, { task: after, lease }]);
    expect(await read(id)).toEqual(after);
    expect(await announced(id)).toEqual(['task_claimed']);
    await post(`tasks/${id}/complete`, { fence: 2 });
  });

  it('is refused to everybody else, also to another session of the same agent', async () => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'ann', { session: 's1', leaseSeconds: 100 });
    clock.pass(40_500);
    for (const claim of [{ agent: 'bob' }, { agent: 'ann' }, { agent: 'ann', session: 's2' }]) {
      const error = 'ann holds the task for another 60 s';
      expect(await post(`tasks/${id}/claim`, claim)).toEqual([
        409,
        { error, code: 'held', holder: 'ann', secondsLeft: 60 },
      ]);
    }
    await post(`tasks/${id}/release`, { fence });
  });

  it('renews the lease of the session that holds the task, and nothing else', async () => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'ann', { session: 's1', leaseSeconds: 60 });
    const before = await read(id);
    clock.pass(30_000);
    const again = await claimed(id, 'ann', { session: 's1', leaseSeconds: 120 });
    expect(again).toMatchObject({ fence, expiresAt: inSeconds(120), leaseSeconds: 120 });
    expect(await read(id)).toEqual({ ...before, lease: again });
    expect(await announced(id)).toEqual(['task_claimed']);
    await post(`tasks/${id}/release`, { fence });
  });

  it.each(['in_progress', 'in_review', 'blocked', 'done'])('is refused for a task that is %s', async (status) => {
    const { id } = await task({ status });
    expect(await post(`tasks/${id}/claim`, { agent: 'ann' })).toEqual([
      409,
      { error: `the task is ${status}, not open`, code: 'not_claimable', status },
    ]);
    expect(await read(id)).toMatchObject({ status, version: 1 });
  });

  it('is refused for a task that waits for others, known or not', async () => {
    freshTag();
    const first = await task();
    const { id, blockedBy } = await task({ dependencies: [first.id, 'unheard-of'] });
    expect(blockedBy).toEqual([first.id, 'unheard-of']);
    expect(await post(`tasks/${id}/claim`, { agent: 'ann' })).toEqual([
      409,
      { error: 'the task waits for 2 tasks that are not done', code: 'blocked', blockedBy },
    ]);
  });

  it('is refused to an agent that holds as many as it may', async () => {
    freshTag();
    const ids = await Promise.all([1, 2, 3, 4].map(async () => (await task()).id));
    const leases = [];
    for (const id of ids.slice(0, 3)) leases.push(await claimed(id, 'greedy'));
    const refusal = { error: 'greedy holds as many tasks as an agent may', code: 'at_capacity' };
    expect(await post(`tasks/${ids[3]}/claim`, { agent: 'greedy' })).toEqual([409, refusal]);
    expect(await post('claim', { agent: 'greedy', tags: [tag] })).toEqual([200, { task: null, reason: 'at_capacity' }]);
    await post(`tasks/${ids[0]}/complete`, { fence: leases[0]?.fence });
    const { fence } = await claimed(ids[3] ?? '', 'greedy');
    for (const id of ids.slice(1)) await post(`tasks/${id}/release`, { fence });
  });
});

describe('GET /board/ready', () => {
  it('lists by priority, then score, then age what is open, free, and waits for nothing', async () => {
    freshTag();
    const [oldest, , last] = [await task({ title: '4th' }), await task({ title: '5th' }), await task({ title: '6th' })];
    await task({ title: 'never', status: 'blocked' });
    await task({ title: 'never', dependencies: [oldest.id] });
    await task({ title: '2nd', priority: 1 });
    const bumped = await task({ title: '3rd' });
    await task({ title: '1st', priority: 0 });
    await post(`tasks/${bumped.id}/bump`);
    await app.api.patch(`/board/tasks/${last.id}`).send({ priority: 4 });
    await task({ title: 'other', tags: ['another'] });
    const path = `/board/ready?tag=${tag}`;
    const expected = ['1st', '2nd', '3rd', '4th', '5th', '6th'];
    expect(await titles(path)).toEqual(expected);
    const pages = await walk(app, `${path}&limit=1`);
    expect(pages.flatMap(({ body }) => (body as { tasks: Task[] }).tasks.map(({ title }) => title))).toEqual(expected);

    const { fence } = await claimed(oldest.id, 'ann');
    expect(await titles(path)).toEqual(['1st', '2nd', '3rd', '5th', '6th']);
    await post(`tasks/${oldest.id}/release`, { fence });
    expect(await titles(path)).toEqual(expected);
    await app.api.patch(`/board/tasks/${oldest.id}`).send({ tags: [] });
    expect(await titles(path)).toEqual(['1st', '2nd', '3rd', '5th', '6th']);
    await app.api.delete(`/board/tasks/${bumped.id}`);
    expect(await titles(path)).toEqual(['1st', '2nd', '5th', '6th']);
  });

  it.each(['bm90aGluZw', Buffer.from('["a","b","c"]').toString('base64url')])(
    'refuses the cursor %s',
    async (cursor) => {
      const { status, body } = await app.api.get('/board/ready').query({ cursor });
      expect([status, body]).toMatchObject([400, { error: 'invalid cursor' }]);
    },
  );
});

describe('what a task waits for', () => {
  it('is done, or was when it was deleted; and once more when it is reopened', async () => {
    freshTag();
    const [a, b, c] = [await task({ title: 'a' }), await task({ title: 'b' }), await task({ title: 'c' })];
    const { id } = await task({ title: 'd', dependencies: [a.id, b.id, c.id] });
    const blockedBy = async (): Promise<unknown> => (await read(id))['blockedBy'];
    await app.api.patch(`/board/tasks/${a.id}`).send({ status: 'done' });
    expect(await blockedBy()).toEqual([b.id, c.id]);
    await app.api.delete(`/board/tasks/${a.id}`);
    expect(await blockedBy()).toEqual([b.id, c.id]);
    await app.api.delete(`/board/tasks/${b.id}`);
    expect(await blockedBy()).toEqual([b.id, c.id]);
    const late = await task({ title: 'late', dependencies: [a.id, b.id] });
    expect(late['blockedBy']).toEqual([b.id]);
    await app.api.patch(`/board/tasks/${id}`).send({ dependencies: [a.id, c.id] });
    await post(`tasks/${c.id}/approve`);
    expect(await blockedBy()).toBeUndefined();
    expect(await announced(id)).toEqual(['task_unblocked']);
    expect(await titles(`/board/ready?tag=${tag}`)).toEqual(['d']);
    await post(`tasks/${c.id}/reject`, { reason: 'Not yet' });
    expect(await blockedBy()).toEqual([c.id]);
    await app.api.patch(`/board/tasks/${id}`).send({ dependencies: [] });
    expect(await announced(id)).toEqual(['task_unblocked', 'task_unblocked']);
  });

  it('cannot be itself, directly or through others', async () => {
    freshTag();
    const a = await task();
    const b = await task({ dependencies: [a.id] });
    const c = await task({ dependencies: ['unheard-of', b.id] });
    const way = [a.id, c.id, b.id, a.id].join(' → ');
    const before = app.storedText();
    for (const [dependencies, circle] of [
      [[c.id], way],
      [['unheard-of', c.id], way],
      [[a.id], `${a.id} → ${a.id}`],
    ] as const) {
      const { status, body } = await app.api.patch(`/board/tasks/${a.id}`).send({ dependencies, title: 'x' });
      const message = `dependencies must not form a circle: ${circle}`;
      expect([status, body]).toEqual([400, { error: message, details: [{ field: 'dependencies', message }] }]);
    }
    expect(app.storedText()).toBe(before);
    expect((await app.api.patch(`/board/tasks/${c.id}`).send({ dependencies: [a.id, b.id] })).status).toBe(200);
  });
});

describe('POST /board/claim', () => {
  it('gives the first ready task that has one of the tags', async () => {
    const [one, other] = [freshTag(), freshTag()];
    const late = await task({ tags: [other] });
    const first = await task({ tags: [one], priority: 1 });
    await task({ tags: ['another'], priority: 0 });
    const [status, body] = await post('claim', { agent: 'zoe', tags: [other, one], leaseSeconds: 30 });
    const lease = expect.objectContaining({ agent: 'zoe', fence: 2, leaseSeconds: 30 }) as unknown;
    expect([status, body]).toEqual([200, { task: await read(first.id), lease }]);
    expect(await post('claim', { agent: 'zoe', tags: [other] })).toMatchObject([200, { task: { id: late.id } }]);
    expect(await post('claim', { agent: 'zoe', tags: [one, other] })).toEqual([
      200,
      { task: null, reason: 'none_ready' },
    ]);
    for (const { id } of [first, late]) await post(`tasks/${id}/complete`, { fence: 2 });
  });

  it('waits until a task is created, freed or unblocked', async () => {
    freshTag();
    const next = (): Promise<[number, unknown]> => post('claim', { agent: 'yan', tags: [tag], waitSeconds: 60 });
    const waiting = next();
    const first = await task();
    expect(await waiting).toMatchObject([200, { task: { id: first.id } }]);
    const blocked = await task({ dependencies: [first.id] });
    const unblocked = next();
    await post(`tasks/${first.id}/complete`, { fence: 2 });
    expect(await unblocked).toMatchObject([200, { task: { id: blocked.id } }]);
    const freed = next();
    await post(`tasks/${blocked.id}/release`, { fence: 2 });
    expect(await freed).toMatchObject([200, { task: { id: blocked.id }, lease: { fence: 4 } }]);
    await post(`tasks/${blocked.id}/complete`, { fence: 4 });
  });

  it('answers after waiting in vain', async () => {
    freshTag();
    const startedAt = performance.now();
    expect(await post('claim', { agent: 'yan', tags: [tag], waitSeconds: 1 })).toEqual([
      200,
      { task: null, reason: 'none_ready' },
    ]);
    expect(performance.now() - startedAt).toBeGreaterThan(990);
  });

  it('gives nothing to a waiter that hung up', async () => {
    freshTag();
    const hangUp = new AbortController();
    const waiting = fetch(`${app.url}/board/claim`, {
      method: 'POST',
      headers: { Authorization: 'Bearer test-token' },
      body: JSON.stringify({ agent: 'gone', tags: [tag], waitSeconds: 60 }),
      signal: hangUp.signal,
    });
    const behind = post('claim', { agent: 'patient', tags: [tag], waitSeconds: 60 });
    // Both have been read when a later request of either connection has.
    await read('x');
    hangUp.abort();
    await expect(waiting).rejects.toThrow();
    const { id } = await task();
    const [status, body] = await behind;
    expect([status, body]).toMatchObject([200, { task: { id, assignee: 'patient' } }]);
    await post(`tasks/${id}/complete`, { fence: (body as { lease: Lease }).lease.fence });
  });

  it('lets nobody wait for a server that stops', async () => {
    const other = await TestApp.start();
    const waiting = other.api.post('/board/claim').send({ agent: 'ann', waitSeconds: 60 });
    const answered = waiting.then(({ status, body }) => [status, body as unknown]);
    await other.api.get('/health');
    await other.stop();
    expect(await answered).toEqual([200, { task: null, reason: 'none_ready' }]);
  });
});

describe('those who wait', () => {
  const wait = (agent: string, more: object = {}): Promise<[number, unknown]> =>
    post('claim', { agent, tags: [tag], waitSeconds: 60, ...more });

  it('are served before who comes later', async () => {
    freshTag();
    const first = wait('first');
    await read('x');
    const { id } = await task();
    const [, late] = await Promise.all([first, post('claim', { agent: 'late', tags: [tag] })]);
    expect([await first, late]).toMatchObject([
      [200, { task: { id } }],
      [200, { task: null, reason: 'none_ready' }],
    ]);
    await post(`tasks/${id}/complete`, { fence: 2 });
  });

  it('take any task when they name no tag', async () => {
    freshTag();
    const { id } = await task({ priority: 0 });
    // Before whatever other tests have left.
    await post(`tasks/${id}/bump`);
    for (const none of [[], ['']]) {
      const [status, body] = await post('claim', { agent: 'any', tags: none });
      expect([status, body]).toMatchObject([200, { task: { id } }]);
      await post(`tasks/${id}/release`, { fence: (body as { lease: Lease }).lease.fence });
    }
    await app.api.delete(`/board/tasks/${id}`);
  });

  it('at capacity get one when they have finished another', async () => {
    freshTag();
    const held = [await task(), await task(), await task()];
    for (const { id } of held) await claimed(id, 'busy');
    const { id: next } = await task();
    const waiting = wait('busy');
    await read('x');
    await post(`tasks/${held[0]?.id}/complete`, { fence: 2 });
    expect(await waiting).toMatchObject([200, { task: { id: next } }]);
    for (const { id } of [...held.slice(1), { id: next }]) await post(`tasks/${id}/complete`, { fence: 2 });
  });
});

describe('workers of one name', () => {
  it('are told apart by their VMs where they say no session', async () => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'twin', { vmId: 'vm-a' });
    expect(await post(`tasks/${id}/claim`, { agent: 'twin', vmId: 'vm-b' })).toMatchObject([409, { code: 'held' }]);
    expect((await claimed(id, 'twin', { vmId: 'vm-a' })).fence).toBe(fence);
    await post(`tasks/${id}/complete`, { fence });
  });

  it('take their lease along to another VM with their session', async () => {
    freshTag();
    const { id } = await task();
    await claimed(id, 'ann', { session: 's1', vmId: 'vm-a' });
    expect(await claimed(id, 'ann', { session: 's1', vmId: 'vm-b' })).toMatchObject({ fence: 2, vmId: 'vm-b' });
    await post(`tasks/${id}/complete`, { fence: 2 });
  });
});

describe('POST /board/tasks/:id/renew', () => {
  it('lets the lease run anew, as long as before or as long as is said', async () => {
    freshTag();
    const { id } = await task();
    const lease = await claimed(id, 'ann', { leaseSeconds: 60 });
    const { fence } = lease;
    const before = await read(id);
    clock.pass(45_000);
    expect(await post(`tasks/${id}/renew`, { fence })).toEqual([
      200,
      { lease: { ...lease, expiresAt: inSeconds(60) } },
    ]);
    await pass(45);
    const longer = { ...lease, leaseSeconds: 600, expiresAt: inSeconds(600) };
    expect(await post(`tasks/${id}/renew`, { fence, leaseSeconds: 600 })).toEqual([200, { lease: longer }]);
    await pass(599);
    expect(await read(id)).toEqual({ ...before, lease: longer });
    await post(`tasks/${id}/complete`, { fence });
  });

  it('keeps progress as a note, and shows a lease without any for long as stuck', async () => {
    freshTag();
    const { id } = await task({ title: 'slow' });
    const { fence } = await claimed(id, 'ann', { leaseSeconds: 60 });
    const before = await read(id);
    const stuck = async (): Promise<unknown> => {
      const { leases } = (await app.api.get('/board/leases')).body as { leases: { task: string }[] };
      return leases.find(({ task }) => task === id);
    };
    for (let i = 0; i < 4; i++) {
      await pass(50);
      await post(`tasks/${id}/renew`, { fence });
    }
    const lease = { ...(before['lease'] as Lease), expiresAt: inSeconds(60) };
    expect(await stuck()).toEqual({ task: id, title: 'slow', ...lease, stuck: true });
    const renewed = await post(`tasks/${id}/renew`, { fence, progress: ' Half way ' });
    expect(renewed).toMatchObject([200, { lease: { progressAt: inSeconds(0) } }]);
    expect(await stuck()).toMatchObject({ stuck: false });
    const note = { id: anId, author: 'ann', content: 'Half way', type: 'update', createdAt: inSeconds(0) };
    const { version, updatedAt } = before;
    expect(await read(id)).toMatchObject({ version, updatedAt, notes: [note] });
    await post(`tasks/${id}/complete`, { fence });
    expect(await stuck()).toBeUndefined();
  });
});

describe.each([
  ['release', {}, { status: 'open', attempts: 0, assignee: undefined }, []],
  ['release', { reason: 'Lunch' }, { status: 'open', attempts: 0, assignee: undefined }, ['Released by ann: Lunch']],
  ['complete', {}, { status: 'done', attempts: 0, assignee: 'ann' }, []],
  ['complete', { summary: 'All of it' }, { status: 'done', attempts: 0, assignee: 'ann' }, ['All of it']],
  [
    'fail',
    { reason: 'No disk' },
    { status: 'open', attempts: 1, assignee: undefined },
    ['Failed by ann: No disk (attempt 1 of 3)'],
  ],
])('POST /board/tasks/:id/%s with %j', (verb, body, after, notes) => {
  it('ends the lease', async () => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'ann');
    const [status, answer] = await post(`tasks/${id}/${verb}`, { fence, ...body });
    expect([status, answer]).toEqual([200, await read(id)]);
    const { status: state, attempts, assignee, lease, ...ended } = answer as Task;
    expect({ status: state, attempts, assignee }).toEqual(after);
    expect([lease, (ended['notes'] as { content: string }[]).map(({ content }) => content)]).toEqual([
      undefined,
      notes,
    ]);
    expect(await announced(id)).toEqual(after.status === 'open' ? ['task_claimed', 'task_released'] : ['task_claimed']);
  });
});

describe.each(['renew', 'release', 'complete', 'fail'])('POST /board/tasks/:id/%s by somebody else', (verb) => {
  const body = { reason: 'x', summary: 'x' };

  it('is refused with a fence that is not that of the lease', async () => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'ann');
    const before = await read(id);
    const lost = { error: 'the lease is lost: ann holds the task', code: 'lease_lost', holder: 'ann' };
    for (const wrong of [fence - 1, fence + 1]) {
      expect(await post(`tasks/${id}/${verb}`, { ...body, fence: wrong })).toEqual([409, lost]);
    }
    expect(await read(id)).toEqual(before);
    await post(`tasks/${id}/release`, { fence });
    const ended = { error: 'the lease is lost: it has ended', code: 'lease_lost' };
    expect(await post(`tasks/${id}/${verb}`, { ...body, fence })).toEqual([409, ended]);
  });

  it('is refused without a fence, and takes it from the header too', async () => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'ann');
    const message = 'fence is required';
    expect(await post(`tasks/${id}/${verb}`, body)).toEqual([
      400,
      { error: message, details: [{ field: 'fence', message }] },
    ]);
    const path = `/board/tasks/${id}/${verb}`;
    const bad = await app.api.post(path).set('If-Fence', '2x').send(body);
    expect([bad.status, bad.body]).toMatchObject([400, { details: [{ field: 'If-Fence' }] }]);
    expect((await app.api.post(path).set('If-Fence', String(fence)).send(body)).status).toBe(200);
    if (verb === 'renew') await post(`tasks/${id}/release`, { fence });
  });
});

describe('the end of a lease', () => {
  it.each<[string, (path: string) => Promise<unknown>]>([
    ['another assignee', (path) => app.api.patch(path).send({ assignee: 'bob' })],
    ['being blocked', (path) => app.api.patch(path).send({ status: 'blocked' })],
    ['being deleted', (path) => app.api.delete(path)],
  ])('is told on the feed also when it is by %s', async (_, end) => {
    freshTag();
    const { id } = await task();
    await claimed(id, 'ann');
    await end(`/board/tasks/${id}`);
    expect(await announced(id)).toEqual(['task_claimed', 'task_released']);
  });

  it('is by a VM that stops, not by one that has stopped', async () => {
    freshTag();
    await makeVm(app, { id: 'vm-stopped', status: 'stopped' });
    const { id } = await task();
    await claimed(id, 'ann', { vmId: 'vm-stopped' });
    await app.api.patch('/registry/vms/vm-stopped').send({ name: 'renamed', status: 'stopped' });
    await pass(0);
    expect(await read(id)).toMatchObject({ lease: { fence: 2 } });
    await post(`tasks/${id}/complete`, { fence: 2 });
  });
});

describe('a lease that nobody renews', () => {
  it('ends in one change, and the late holder is refused', async () => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'ann', { leaseSeconds: 60 });
    await pass(59);
    expect(await read(id)).toMatchObject({ status: 'in_progress' });
    await pass(1);
    const after = await read(id);
    const content = 'The lease of ann expired (attempt 1 of 3)';
    const note = { id: anId, author: 'system', content, type: 'update', createdAt: inSeconds(0) };
    expect(after).toMatchObject({ status: 'open', attempts: 1, version: 3, notes: [note] });
    expect([after['assignee'], after['lease']]).toEqual([undefined, undefined]);
    expect(await announced(id)).toEqual(['task_claimed', 'lease_expired']);
    const { lease } = (await post(`tasks/${id}/claim`, { agent: 'bob' }))[1] as { lease: Lease };
    expect(lease.fence).toBeGreaterThan(fence);
    expect(await post(`tasks/${id}/complete`, { fence })).toMatchObject([409, { code: 'lease_lost', holder: 'bob' }]);
    await post(`tasks/${id}/complete`, { fence: lease.fence });
  });

  it('can still be renewed or completed while the server has not ended it', async () => {
    freshTag();
    const [a, b] = [await task(), await task()];
    const leases = [await claimed(a.id, 'ann', { leaseSeconds: 30 }), await claimed(b.id, 'ann', { leaseSeconds: 30 })];
    clock.pass(31_000);
    expect((await post(`tasks/${a.id}/complete`, { fence: leases[0]?.fence }))[0]).toBe(200);
    expect((await post(`tasks/${b.id}/renew`, { fence: leases[1]?.fence }))[0]).toBe(200);
    await pass(0);
    expect(await read(b.id)).toMatchObject({ status: 'in_progress', attempts: 0 });
    await post(`tasks/${b.id}/complete`, { fence: leases[1]?.fence });
  });

  it('is not ended by a server that was about to, when its holder is a little quicker', async () => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'ann', { leaseSeconds: 30 });
    clock.pass(31_000);
    const claims = app.app.get(ClaimsService);
    await Promise.all([claims.renew(id, {}, { ...UNCONDITIONAL, fence }), claims.expire([id])]);
    expect(await read(id)).toMatchObject({ status: 'in_progress', attempts: 0 });
    await post(`tasks/${id}/complete`, { fence });
  });

  it('follows time as it passes, whatever the clock is set to', async () => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'ann', { leaseSeconds: 60 });
    clock.time += 3_600_000;
    await pass(30);
    expect(await read(id)).toMatchObject({ status: 'in_progress' });
    clock.time -= 7_200_000;
    await pass(30);
    clock.time += 3_600_000;
    expect(await read(id)).toMatchObject({ status: 'open', attempts: 1 });
    expect((await post(`tasks/${id}/renew`, { fence }))[0]).toBe(409);
  });

  it('makes the task a dead letter after the last attempt, until it is reopened by hand', async () => {
    freshTag();
    const { id } = await task({ maxAttempts: 2 });
    const { fence } = await claimed(id, 'ann');
    await post(`tasks/${id}/fail`, { fence, reason: 'No disk' });
    await claimed(id, 'bob', { leaseSeconds: 30 });
    await pass(30);
    const dead = await read(id);
    expect(dead).toMatchObject({ status: 'blocked', deadLetter: true, attempts: 2 });
    expect((dead['notes'] as object[]).slice(-2)).toMatchObject([
      { author: 'system', type: 'update', content: 'The lease of bob expired (attempt 2 of 2)' },
      { author: 'system', type: 'blocker', content: 'Given up after 2 attempts: The lease of bob expired' },
    ]);
    expect((await announced(id)).slice(-2)).toEqual(['lease_expired', 'dead_letter']);
    expect((await app.api.get('/board/dead-letters')).body).toEqual({ tasks: [dead], count: 1 });
    expect(await post(`tasks/${id}/claim`, { agent: 'ann' })).toMatchObject([409, { code: 'not_claimable' }]);
    await app.api.patch(`/board/tasks/${id}`).send({ status: 'open' });
    const reopened = await read(id);
    expect([reopened['deadLetter'], reopened['attempts']]).toEqual([undefined, 0]);
    expect((await app.api.get('/board/dead-letters')).body).toEqual({ tasks: [], count: 0 });
  });
});

describe('what takes a task from its holder', () => {
  it.each<[string, (path: string) => Promise<unknown>, object]>([
    ['a status', (path) => app.api.patch(path).send({ status: 'blocked' }), { status: 'blocked', assignee: 'ann' }],
    ['an assignee', (path) => app.api.patch(path).send({ assignee: 'bob' }), { assignee: 'bob' }],
    ['nobody', (path) => app.api.patch(path).send({ assignee: null }), { status: 'in_progress' }],
    [
      'review',
      (path) => app.api.post(`${path}/review`).send({ summary: 'x' }),
      { status: 'in_review', assignee: 'ann' },
    ],
    ['approval', (path) => app.api.post(`${path}/approve`).send({}), { status: 'done' }],
    ['rejection', (path) => app.api.post(`${path}/reject`).send({ reason: 'x' }), { status: 'open' }],
  ])('ends the lease in the same change: %s', async (_, take, after) => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'ann');
    await take(`/board/tasks/${id}`);
    const taken = await read(id);
    expect([taken.version, taken['lease']]).toEqual([3, undefined]);
    expect(taken).toMatchObject(after);
    expect((await post(`tasks/${id}/renew`, { fence }))[0]).toBe(409);
    await pass(1000);
    expect(await read(id)).toEqual(taken);
  });

  it('is not a note, a bump, a title or an artifact', async () => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'ann');
    await post(`tasks/${id}/notes`, { author: 'bob', content: 'hm', type: 'question' });
    await post(`tasks/${id}/bump`);
    await post(`tasks/${id}/artifacts`, { artifacts: [{ type: 'url', url: 'u', label: 'l' }] });
    await app.api.patch(`/board/tasks/${id}`).send({ title: 'new', status: 'in_progress', assignee: 'ann' });
    expect(await read(id)).toMatchObject({ version: 6, lease: { fence } });
    await post(`tasks/${id}/complete`, { fence });
  });

  it.each([
    ['is stopped', () => app.api.patch('/registry/vms/vm-7').send({ status: 'stopped' })],
    ['is deregistered', () => app.api.delete('/registry/vms/vm-7')],
  ])('is a VM that %s', async (_, end) => {
    freshTag();
    await app.api.delete('/registry/vms/vm-7');
    await makeVm(app, { id: 'vm-7' });
    const [on, off] = [await task(), await task()];
    await claimed(on.id, 'ann', { vmId: 'vm-7' });
    const { fence } = await claimed(off.id, 'ann', { vmId: 'vm-8' });
    const freed = post('claim', { agent: 'waiter', tags: [tag], waitSeconds: 60 });
    await app.api.patch('/registry/vms/vm-7').send({ status: 'paused' });
    expect(await read(on.id)).toMatchObject({ status: 'in_progress' });
    await end();
    expect(await freed).toMatchObject([200, { task: { id: on.id, attempts: 0 }, lease: { fence: 4 } }]);
    expect(await read(off.id)).toMatchObject({ lease: { fence } });
    for (const [id, current] of [
      [on.id, 4],
      [off.id, fence],
    ] as const) {
      await post(`tasks/${id}/complete`, { fence: current });
    }
  });
});

describe('If-Match', () => {
  it('lets only the version that is meant be changed or deleted', async () => {
    freshTag();
    const { id } = await task();
    const path = `/board/tasks/${id}`;
    const first = await app.api.get(path);
    expect(first.headers['etag']).toBe('"1"');
    const second = await app.api.patch(path).set('If-Match', '"1"').send({ title: 'two' });
    expect([second.status, second.headers['etag']]).toEqual([200, '"2"']);
    const before = app.storedText();
    for (const stale of ['"1"', 'W/"2"', '"1", "3"', 'W/"2", "1"']) {
      const error = 'the task has version 2 by now';
      const patch = await app.api.patch(path).set('If-Match', stale).send({ title: 'three' });
      expect([patch.status, patch.body]).toEqual([412, { error }]);
      expect((await app.api.delete(path).set('If-Match', stale)).status).toBe(412);
    }
    expect((await app.api.patch(path).set('If-Match', '2').send({})).body).toMatchObject({
      details: [{ field: 'If-Match' }],
    });
    expect(app.storedText()).toBe(before);
    expect((await app.api.patch(path).set('If-Match', 'W/"1", "2"').send({})).status).toBe(200);
    expect((await app.api.delete(path).set('If-Match', '*')).status).toBe(200);
  });
});

describe('a given fence', () => {
  it.each<[string, (path: string, fence: number) => Promise<{ status: number }>]>([
    ['PATCH', (path, fence) => app.api.patch(path).send({ title: 'x', fence })],
    [
      'artifacts',
      (path, fence) =>
        app.api.post(`${path}/artifacts`).send({ artifacts: [{ type: 'url', url: 'u', label: 'l' }], fence }),
    ],
    ['review', (path, fence) => app.api.post(`${path}/review`).send({ summary: 'x', fence })],
    ['approve', (path, fence) => app.api.post(`${path}/approve`).send({ fence })],
    ['reject', (path, fence) => app.api.post(`${path}/reject`).send({ reason: 'x', fence })],
    ['DELETE', (path, fence) => app.api.delete(path).set('If-Fence', String(fence))],
  ])('must be that of the lease, whoever says it: %s', async (_, change) => {
    freshTag();
    const { id } = await task();
    const { fence } = await claimed(id, 'ann');
    const before = app.storedText();
    expect((await change(`/board/tasks/${id}`, fence + 1)).status).toBe(409);
    expect(app.storedText()).toBe(before);
    expect((await change(`/board/tasks/${id}`, fence)).status).toBeLessThan(300);
    await post(`tasks/${id}/release`, { fence });
  });
});

describe('GET /board/leases', () => {
  it('lists leases by holder, page by page', async () => {
    freshTag();
    const held: [string, number][] = [];
    for (const agent of ['zed', 'amy', 'mia']) {
      const { id } = await task();
      held.push([id, (await claimed(id, agent)).fence]);
    }
    const pages = await walk(app, '/board/leases?limit=1');
    const leases = pages.flatMap(({ body }) => (body as { leases: { agent: string; task: string }[] }).leases);
    expect(leases.map(({ agent }) => agent)).toEqual(['amy', 'mia', 'zed']);
    for (const [id, fence] of held) await post(`tasks/${id}/complete`, { fence });
  });
});
