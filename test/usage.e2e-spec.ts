import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { temporaryFolder, TestApp } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { anId, HOUR_MS, inParallel, later, make, MINUTE_MS, NOON, walk } from './support/make.js';
import { costs, countsOf, leastSession, NO_COUNTS, sessionBody, tokens, vmBody } from './support/usage.js';

const DAY_MS = 24 * HOUR_MS;
const OTHER_NAMES = [
  'constructor',
  '__proto__',
  'a "quoted" \u0000 name',
  'ünïcode 🐝',
  "'; DROP TABLE usage_sessions",
];

let app: TestApp;
let clock: FakeClock;

/** A timestamp so long before noon. */
const before = (milliseconds: number): string => new Date(Date.parse(NOON) - milliseconds).toISOString();

async function get(path: string): Promise<unknown> {
  const { status, body } = await app.api.get(path);
  expect([status, body]).toEqual([200, expect.anything()]);
  return body;
}

beforeEach(async () => {
  clock = new FakeClock();
  app = await TestApp.start({ clock });
});
afterEach(() => app.stop());

describe('POST /usage/sessions', () => {
  it('answers the whole session, which is then in the list', async () => {
    const { status, body } = await app.api.post('/usage/sessions').send(sessionBody({ parentAgent: 'boss' }));
    expect([status, body]).toEqual([
      201,
      { id: anId, ...sessionBody({ parentAgent: 'boss' }), toolCalls: { read: 12, bash: 7 }, recordedAt: NOON },
    ]);
    expect(await get('/usage/sessions')).toEqual({ sessions: [body], count: 1 });
  });

  it('knows what was not given: no parent, no tool calls', async () => {
    const least = leastSession();
    const recorded = await make(app, '/usage/sessions', least);
    expect(recorded).toEqual({ ...least, id: anId, parentAgent: null, toolCalls: 0, recordedAt: NOON });
    const again = await make(app, '/usage/sessions', { ...least, parentAgent: null, toolCalls: 3 });
    expect(again).toEqual({ ...recorded, toolCalls: 3 });
  });

  it.each(['{"__proto__":1,"constructor":2}', '{}', '0', '9007199254740991'])(
    'keeps the tool calls %s as they are',
    async (toolCalls) => {
      const sent = `${JSON.stringify(leastSession()).slice(0, -1)},"toolCalls":${toolCalls}}`;
      const { status } = await app.api.post('/usage/sessions').type('json').send(sent);
      const { text } = await app.api.get('/usage/sessions');
      expect([status, text]).toEqual([201, expect.stringContaining(`"toolCalls":${toolCalls},`)]);
    },
  );

  it('reads times in any zone and trims names', async () => {
    const sent = { startedAt: '2026-01-31T12:00:00+02:00', endedAt: ' 2026-01-31 ', agent: ' ann ', model: ' m\n' };
    expect(await make(app, '/usage/sessions', sessionBody(sent))).toMatchObject({
      startedAt: '2026-01-31T10:00:00.000Z',
      endedAt: '2026-01-31T00:00:00.000Z',
      agent: 'ann',
      model: 'm',
    });
  });

  it('replaces the record with the same session, agent and start: a retry never counts twice', async () => {
    const first = await make(app, '/usage/sessions', sessionBody());
    const now = later(clock, MINUTE_MS);
    const changed = {
      model: 'other',
      parentAgent: 'boss',
      tokens: tokens(7),
      cost: costs(0.5),
      turns: 1,
      toolCalls: 1,
    };
    const second = await make(app, '/usage/sessions', sessionBody({ ...changed, endedAt: now }));
    expect(second).toEqual({ ...first, ...changed, endedAt: now, recordedAt: now });
    expect(await get('/usage/sessions')).toEqual({ sessions: [second], count: 1 });
    const sum = { tokens: tokens(7), cost: costs(0.5), sessions: 1 };
    expect(await get('/usage')).toEqual({
      range: '7d',
      totals: { ...sum, vms: 0 },
      byAgent: { 'builder-1': sum },
      byModel: { other: sum },
      byParent: { boss: sum },
    });
  });

  it('tells sessions apart by each part of the key', async () => {
    const keys = [{}, { sessionId: 'other' }, { agent: 'other' }, { startedAt: before(1) }];
    const made = [];
    for (const key of keys) made.push(await make(app, '/usage/sessions', sessionBody(key)));
    expect(await get('/usage/sessions')).toMatchObject({ count: keys.length });
    expect(made.map(({ id }) => id)).toEqual([...new Set(made.map(({ id }) => id))].sort());
  });

  it('takes 100 at a time, also of the same key, and counts each key once', async () => {
    const answers: Record<string, string[]> = {};
    await inParallel(100, 100, async (i) => {
      const sessionId = `s${i % 20}`;
      const { id } = await make(app, '/usage/sessions', sessionBody({ sessionId, turns: i }));
      (answers[sessionId] ??= []).push(id);
    });
    for (const ids of Object.values(answers)) expect(new Set(ids).size).toBe(1);
    const { sessions } = (await get('/usage/sessions')) as { sessions: { id: string; sessionId: string }[] };
    expect(sessions.map(({ id, sessionId }) => [sessionId, id]).sort()).toEqual(
      Object.entries(answers)
        .map(([sessionId, [id]]) => [sessionId, id])
        .sort(),
    );
    expect(await get('/usage')).toMatchObject({ totals: { sessions: 20, tokens: countsOf(sessionBody().tokens, 20) } });
  });

  it('adds up more tokens than JavaScript can count', async () => {
    for (const sessionId of ['a', 'b', 'c'])
      await make(app, '/usage/sessions', sessionBody({ sessionId, tokens: tokens(9_007_199_254_740_991) }));
    const { text } = await app.api.get('/usage');
    expect(text).toContain('"totals":{"tokens":{"input":27021597764222973,');
  });
});

describe('GET /usage/sessions', () => {
  it('lists the latest start first, by agent and range', async () => {
    const ages = { a: 2 * HOUR_MS, b: 0, c: DAY_MS, d: HOUR_MS };
    for (const [sessionId, age] of Object.entries(ages))
      await make(
        app,
        '/usage/sessions',
        sessionBody({ sessionId, agent: `agent-${sessionId}`, startedAt: before(age) }),
      );
    const order = async (query: string): Promise<unknown> =>
      ((await get(`/usage/sessions${query}`)) as { sessions: { sessionId: string }[] }).sessions
        .map(({ sessionId }) => sessionId)
        .join('');
    expect(await order('')).toBe('bdac');
    expect(await order('?range=2h')).toBe('bda');
    expect(await order('?range=119m&limit=1')).toBe('b');
    expect(await order('?agent=agent-c')).toBe('c');
    expect(await order('?agent=agent-c&range=2h')).toBe('');
    expect(await order('?agent=%20&range=')).toBe('bdac');
    expect(await order('?range=999999w')).toBe('bdac');
  });

  it('answers lists of more lengths than statements stay prepared, each of them again', async () => {
    await inParallel(40, 8, (i) => make(app, '/usage/sessions', sessionBody({ sessionId: `s${i}` })));
    const lengths = Array.from({ length: 80 }, (_, i) => 1 + (i % 40));
    const counts = await Promise.all(
      lengths.map(async (limit) => ((await get(`/usage/sessions?limit=${limit}`)) as { count: number }).count),
    );
    expect(counts).toEqual(lengths);
  });

  it('gives every session once over its pages, also while others are recorded', async () => {
    const made: string[] = [];
    for (let i = 0; i < 7; i += 1) {
      const startedAt = before(i < 4 ? 0 : HOUR_MS);
      made.push((await make(app, '/usage/sessions', sessionBody({ sessionId: `s${i}`, startedAt }))).id);
    }
    let n = 0;
    const pages = await walk(app, '/usage/sessions?limit=2', () =>
      make(app, '/usage/sessions', sessionBody({ sessionId: `later-${n++}`, startedAt: later(clock, 1000) })),
    );
    const bodies = pages.map(({ body }) => body as { sessions: { id: string }[]; count: number });
    expect(bodies.map(({ count }) => count)).toEqual([2, 2, 2, 1]);
    const [a = '', b = '', c = '', d = '', ...older] = made;
    expect(bodies.flatMap(({ sessions }) => sessions.map(({ id }) => id))).toEqual([d, c, b, a, ...older.reverse()]);
  });
});

describe('POST /usage/vms', () => {
  it('answers the whole record, which is then in the list', async () => {
    const { status, body } = await app.api.post('/usage/vms').send(vmBody({ commitId: 'c1' }));
    expect([status, body]).toEqual([201, { id: anId, ...vmBody({ commitId: 'c1' }), recordedAt: NOON }]);
    expect(await get('/usage/vms')).toEqual({ vms: [body], count: 1 });
    const whole = vmBody({ vmId: 'vm-2', destroyedAt: NOON });
    expect(await make(app, '/usage/vms', whole)).toEqual({ id: anId, ...whole, recordedAt: NOON });
  });

  it('sets the destruction on the latest record of a known VM, and nothing else', async () => {
    const latest = await make(app, '/usage/vms', vmBody());
    const earlier = await make(app, '/usage/vms', vmBody({ createdAt: before(DAY_MS) }));
    const destroyedAt = later(clock, HOUR_MS);
    const sent = vmBody({ role: 'infra', agent: 'other', commitId: 'c2', createdAt: before(MINUTE_MS), destroyedAt });
    expect(await make(app, '/usage/vms', sent)).toEqual({ ...latest, destroyedAt });
    expect(await get('/usage/vms')).toEqual({ vms: [{ ...latest, destroyedAt }, earlier], count: 2 });
    expect(await get('/usage')).toMatchObject({ totals: { vms: 2 } });
  });

  it('takes the same VM with the same creation for a retry, also when it is destroyed by then', async () => {
    const first = await make(app, '/usage/vms', vmBody());
    await make(app, '/usage/vms', vmBody({ destroyedAt: NOON }));
    const now = later(clock, MINUTE_MS);
    const again = await make(app, '/usage/vms', vmBody({ role: 'infra', commitId: 'c1' }));
    const expected = { ...first, role: 'infra', commitId: 'c1', destroyedAt: NOON, recordedAt: now };
    expect([again, await get('/usage/vms')]).toEqual([expected, { vms: [expected], count: 1 }]);
  });

  it('keeps creations and destructions that come at once in their order', async () => {
    await inParallel(40, 40, (i) => make(app, '/usage/vms', vmBody({ vmId: `vm-${i % 20}`, destroyedAt: NOON })));
    expect(await get('/usage/vms')).toMatchObject({ count: 20 });
  });
});

describe('GET /usage/vms', () => {
  it('lists the latest creation first, by role, agent and range', async () => {
    const vms = [
      { vmId: 'a', role: 'infra', createdAt: before(HOUR_MS) },
      { vmId: 'b', agent: 'bob' },
      { vmId: 'c', agent: 'bob', role: 'infra', createdAt: before(DAY_MS) },
    ];
    for (const vm of vms) await make(app, '/usage/vms', vmBody(vm));
    const order = async (query: string): Promise<unknown> =>
      ((await get(`/usage/vms${query}`)) as { vms: { vmId: string }[] }).vms.map(({ vmId }) => vmId).join('');
    expect(await order('')).toBe('bac');
    expect(await order('?role=infra')).toBe('ac');
    expect(await order('?agent=bob')).toBe('bc');
    expect(await order('?agent=bob&role=infra&range=25h')).toBe('c');
    expect(await order('?range=1h')).toBe('ba');
    const pages = await walk(app, '/usage/vms?limit=1');
    expect(pages.map(({ body }): unknown => body.vms[0].vmId)).toEqual(['b', 'a', 'c']);
  });
});

describe('GET /usage', () => {
  it('is all zeros where there is nothing', async () => {
    const nothing = { tokens: NO_COUNTS, cost: NO_COUNTS, sessions: 0, vms: 0 };
    expect(await get('/usage')).toEqual({ range: '7d', totals: nothing, byAgent: {}, byModel: {}, byParent: {} });
  });

  it('sums up by agent, model and parent what started in the range, with cost in cents', async () => {
    const sessions = [
      { sessionId: '1', agent: 'ann', model: 'm', cost: costs(0.111) },
      { sessionId: '2', agent: 'bob', model: 'm', parentAgent: 'ann', cost: costs(0.222) },
      { sessionId: '3', agent: 'bob', model: 'n', parentAgent: 'ann', cost: costs(0.003), startedAt: before(DAY_MS) },
      { sessionId: '4', agent: 'cat', model: 'o', startedAt: before(7 * DAY_MS + 1) },
    ];
    for (const session of sessions) await make(app, '/usage/sessions', sessionBody({ tokens: tokens(10), ...session }));
    await make(app, '/usage/vms', vmBody());
    await make(app, '/usage/vms', vmBody({ vmId: 'old', createdAt: before(8 * DAY_MS) }));
    const sum = (count: number, dollars: number): object => ({
      tokens: countsOf(tokens(10), count),
      cost: costs(dollars),
      sessions: count,
    });
    const week = {
      totals: { ...sum(3, 0.34), vms: 1 },
      byAgent: { ann: sum(1, 0.11), bob: sum(2, 0.23) },
      byModel: { m: sum(2, 0.33), n: sum(1, 0) },
      byParent: { ann: sum(2, 0.23) },
    };
    expect(await get('/usage')).toEqual({ range: '7d', ...week });
    expect(await get('/usage?range=1w')).toEqual({ range: '1w', ...week });
    expect(await get('/usage?range=23h')).toMatchObject({ totals: { sessions: 2 } });
    expect(await get('/usage?range=2w')).toMatchObject({ totals: { sessions: 4, vms: 2 } });
  });

  it('takes any name for a name', async () => {
    for (const agent of OTHER_NAMES)
      await make(app, '/usage/sessions', sessionBody({ agent, model: agent, parentAgent: agent }));
    const { byAgent, byModel, byParent } = (await get('/usage')) as Record<string, object>;
    for (const by of [byAgent, byModel, byParent])
      expect(Object.keys(by ?? {}).sort()).toEqual([...OTHER_NAMES].sort());
    const { sessions } = (await get('/usage/sessions?agent=__proto__')) as { sessions: object[] };
    expect(sessions).toMatchObject([{ agent: '__proto__' }]);
  });
});

describe('GET /usage/series', () => {
  const start = (age: number): string => before(age);
  const nothing = { tokens: NO_COUNTS, cost: NO_COUNTS, sessions: 0 };
  const one = { tokens: tokens(10), cost: costs(0.0001234), sessions: 1 };
  const rounded = { ...one, cost: costs(0.000123) };

  beforeEach(async () => {
    const ages = { now: 0, then: HOUR_MS + MINUTE_MS, before: 2 * HOUR_MS + 1, future: -DAY_MS };
    for (const [agent, age] of Object.entries(ages)) {
      const { tokens, cost } = one;
      await make(app, '/usage/sessions', sessionBody({ agent, model: 'm', startedAt: before(age), tokens, cost }));
    }
  });

  it('gives every bucket of the range, and counts as now what claims to start later', async () => {
    const two = { tokens: tokens(20), cost: costs(0.000247), sessions: 2 };
    expect(await get('/usage/series?range=2h')).toEqual({
      range: '2h',
      bucket: 'hour',
      by: 'none',
      buckets: [
        { start: start(2 * HOUR_MS), ...rounded },
        { start: start(HOUR_MS), ...nothing },
        { start: NOON, ...two },
      ],
      count: 3,
    });
  });

  it('tells agents or models apart', async () => {
    expect(await get('/usage/series?range=2h&by=agent')).toMatchObject({
      by: 'agent',
      buckets: [{ byAgent: { then: rounded } }, { byAgent: {} }, { byAgent: { now: rounded, future: rounded } }],
    });
    const { buckets } = (await get('/usage/series?range=2d&by=model&bucket=day')) as { buckets: object[] };
    const { tokens: counts, sessions } = { tokens: tokens(40), sessions: 4 };
    expect(buckets).toMatchObject([
      { start: '2026-01-29T00:00:00.000Z', byModel: {} },
      { start: '2026-01-30T00:00:00.000Z', byModel: {} },
      { start: '2026-01-31T00:00:00.000Z', byModel: { m: { tokens: counts, sessions } }, tokens: counts, sessions },
    ]);
  });

  it('is of the last 7 days by the hour when nothing is said', async () => {
    expect(await get('/usage/series')).toMatchObject({ range: '7d', bucket: 'hour', by: 'none', count: 169 });
  });

  it('refuses more than 10,000 rows', async () => {
    expect(await get('/usage/series?range=9999h')).toMatchObject({ count: 10_000 });
    const message = 'range gives more than 10000 rows; make it shorter, or the buckets longer';
    for (const query of ['range=10000h', 'range=999999w&bucket=day']) {
      const { status, body } = await app.api.get(`/usage/series?${query}`);
      expect([status, body]).toEqual([400, { error: message, details: [{ field: 'range', message }] }]);
    }
  });
});

describe('a restart', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = temporaryFolder();
  });
  afterAll(() => rmSync(dataDir, { recursive: true }));

  it('keeps everything, and ids go on growing although the clock went back', async () => {
    const first = await TestApp.start({ clock, dataDir });
    const session = await make(first, '/usage/sessions', sessionBody());
    const vm = await make(first, '/usage/vms', vmBody());
    await first.stop();
    later(clock, -DAY_MS);
    const second = await TestApp.start({ clock, dataDir });
    const lists = await Promise.all(['sessions', 'vms'].map((list) => second.api.get(`/usage/${list}`)));
    const next = await make(second, '/usage/vms', vmBody({ vmId: 'next' }));
    const again = await make(second, '/usage/sessions', sessionBody());
    await second.stop();
    expect(lists.map(({ body }): unknown => body)).toEqual([
      { sessions: [session], count: 1 },
      { vms: [vm], count: 1 },
    ]);
    expect([next.id > vm.id, again.id]).toEqual([true, session.id]);
  });
});
