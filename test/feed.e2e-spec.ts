import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { TestApp, TOKEN } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { anId, inParallel, later, makeEvent, MINUTE_MS, NOON, walk } from './support/make.js';
import { SseMessage, TestStream } from './support/stream.js';

const TYPES = [
  ...['task_started', 'task_completed', 'task_failed', 'blocker_found', 'question', 'finding', 'skill_proposed'],
  ...['file_changed', 'cost_update', 'agent_started', 'agent_stopped', 'token_update', 'custom'],
];
/** Names that mean something to JavaScript objects. */
const TRICKY_NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
const TRICKY_METADATA =
  '{"__proto__":{"isPolluted":true},"constructor":{"prototype":{"x":1}},"n":[1,null,{"deep":"😀"}]}';
const RESET = { event: 'reset', data: {} };

interface Event {
  id: string;
  summary: string;
}

let app: TestApp;
let clock: FakeClock;
let streams: TestStream[];

async function begin(options: { clock?: FakeClock } = {}): Promise<void> {
  app = await TestApp.start(options);
  streams = [];
}

beforeEach(async () => {
  clock = new FakeClock();
  await begin({ clock });
});

afterEach(async () => {
  for (const stream of streams) stream.close();
  await app.stop();
});

async function open(query = '', headers: Record<string, string> = {}): Promise<TestStream> {
  const stream = await TestStream.open(`${app.url}/feed/stream${query}`, headers);
  streams.push(stream);
  return stream;
}

async function summaries(query: object = {}): Promise<string[]> {
  const { status, body } = await app.api.get('/feed/events').query(query);
  expect(status).toBe(200);
  return (body as Event[]).map(({ summary }) => summary);
}

/** Publishes one event and gives its id, over connections that stay open. */
async function publish(fields: object = {}): Promise<string> {
  const response = await fetch(`${app.url}/feed/events`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ agent: 'maker', type: 'custom', summary: 'an event', ...fields }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as Event).id;
}

async function publishAll(...summaries: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const summary of summaries) ids.push(await publish({ summary }));
  return ids;
}

function idsOf(messages: SseMessage[]): (string | undefined)[] {
  return messages.map(({ id }) => id);
}

function summaryOf(message: SseMessage | undefined): string {
  return (message?.data as Event).summary;
}

function isStrictlyIncreasing(ids: (string | undefined)[]): boolean {
  return ids.every((id, i) => id !== undefined && (i === 0 || (ids[i - 1] ?? '') < id));
}

describe('POST /feed/events', () => {
  it('publishes an event without what was not given', async () => {
    const sent = { agent: ' ann ', type: 'finding', summary: ' It leaks ', id: 'mine', timestamp: 'never', other: 1 };
    const { status, body } = await app.api.post('/feed/events').send(sent);
    const event = { id: anId, agent: 'ann', type: 'finding', summary: 'It leaks', timestamp: NOON };
    expect([status, body]).toEqual([201, event]);
    expect((await app.api.get('/feed/events')).body).toEqual([body]);
  });

  it.each(TYPES)('takes the type %s', async (type) => {
    expect(await makeEvent(app, { type })).toMatchObject({ type });
    expect(await summaries({ type })).toEqual(['an event']);
  });

  it.each(['', '  ', ' \tline one\r\n\nline two  \n', '\u0000\u2028\u2029', 'data: x\n\nid: y', '\ud83d 😀 \ufeff'])(
    'keeps the detail %j to the byte',
    async (detail) => {
      const stream = await open();
      const event = await makeEvent(app, { detail });
      expect(event['detail']).toBe(detail);
      expect((await app.api.get(`/feed/events/${event.id}`)).body).toEqual(event);
      expect(await stream.next()).toEqual({ id: event.id, data: event });
    },
  );

  it('keeps metadata whatever its keys are', async () => {
    const stream = await open();
    const { status, text } = await app.api
      .post('/feed/events')
      .type('json')
      .send(`{"agent": "ann", "type": "custom", "summary": "s", "metadata": ${TRICKY_METADATA}}`);
    expect([status, text]).toEqual([201, expect.stringContaining(`"metadata":${TRICKY_METADATA}`)]);
    expect((await app.api.get('/feed/events')).text).toBe(`[${text}]`);
    expect(JSON.stringify((await stream.next())?.data)).toBe(text);
    expect(({} as Record<string, unknown>)['isPolluted']).toBeUndefined();
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded'])(
    'parses the body as JSON when Content-Type is %s',
    async (type) => {
      const response = await fetch(`${app.url}/feed/events`, {
        method: 'POST',
        headers: { Authorization: `bearer ${TOKEN}`, ...(type && { 'Content-Type': type }) },
        body: Buffer.from('\n{"agent": "ann", "type": "custom", "summary": "a=b&c"}'),
      });
      expect([response.status, await response.json()]).toEqual([201, expect.objectContaining({ summary: 'a=b&c' })]);
    },
  );
});

describe('GET /feed/events', () => {
  it('gives a bare array of the newest 50, oldest first', async () => {
    const published = await publishAll(...Array.from({ length: 52 }, (_, i) => `${i}`));
    const { status, body, headers } = await app.api.get('/feed/events');
    expect([status, (body as Event[]).map(({ id }) => id)]).toEqual([200, published.slice(-50)]);
    expect(headers).toMatchObject({ 'x-next-cursor': expect.any(String) });
    expect(await summaries({ limit: 0 })).toHaveLength(52);
    expect((await app.api.get('/feed/events?limit=0')).headers).not.toHaveProperty('x-next-cursor');
  });

  it('is empty before there are events', async () => {
    const { status, body } = await app.api.get('/feed/events');
    expect([status, body]).toEqual([200, []]);
  });

  describe('with events over three minutes', () => {
    beforeEach(async () => {
      await makeEvent(app, { summary: 'one', agent: 'ann', type: 'finding' });
      later(clock, MINUTE_MS);
      await makeEvent(app, { summary: 'two', agent: 'bob', type: 'finding' });
      await makeEvent(app, { summary: 'three', agent: 'ann', type: 'question' });
      later(clock, MINUTE_MS);
      await makeEvent(app, { summary: 'four', agent: 'ann', type: 'finding' });
    });

    it.each([
      [{ agent: 'ann' }, ['one', 'three', 'four']],
      [{ agent: ' ann ' }, ['one', 'three', 'four']],
      [{ agent: 'nobody' }, []],
      [{ type: 'finding' }, ['one', 'two', 'four']],
      [{ type: 'custom' }, []],
      [{ agent: 'ann', type: 'finding' }, ['one', 'four']],
      [{ limit: 1 }, ['four']],
      [{ agent: 'ann', limit: 2 }, ['three', 'four']],
      [{ agent: 'ann', type: 'finding', limit: 1 }, ['four']],
      [{ since: '2026-01-31T11:59:59.999Z' }, ['one', 'two', 'three', 'four']],
      [{ since: NOON }, ['two', 'three', 'four']],
      [{ since: '2026-01-31T12:00:59.999Z' }, ['two', 'three', 'four']],
      [{ since: '2026-01-31T12:01' }, ['four']],
      [{ since: '2026-01-31T13:01:00+01:00' }, ['four']],
      [{ since: '2026-01-31' }, ['one', 'two', 'three', 'four']],
      [{ since: '2026-02-01' }, []],
      [{ since: NOON, agent: 'ann' }, ['three', 'four']],
      [{ since: NOON, agent: 'ann', type: 'question' }, ['three']],
      [{ since: NOON, limit: 1 }, ['four']],
      [{ agent: '', type: '', since: '', limit: '', cursor: '' }, ['one', 'two', 'three', 'four']],
    ])('filters by %j', async (query, expected) => {
      expect(await summaries(query)).toEqual(expected);
    });

    it('gives what came after an id, also one that it does not know', async () => {
      const [first = '', second = '', , last = ''] = ((await app.api.get('/feed/events')).body as Event[]).map(
        ({ id }) => id,
      );
      expect(await summaries({ since: second })).toEqual(['three', 'four']);
      expect(await summaries({ since: second.toLowerCase() })).toEqual(['three', 'four']);
      expect(await summaries({ since: first, agent: 'ann', type: 'finding' })).toEqual(['four']);
      expect(await summaries({ since: `${second.slice(0, 10)}${'0'.repeat(16)}` })).toEqual(['two', 'three', 'four']);
      expect(await summaries({ since: last })).toEqual([]);
    });

    it.each([
      ['limit=1', [['four'], ['three'], ['two'], ['one']]],
      ['limit=3', [['two', 'three', 'four'], ['one']]],
      ['limit=4', [['one', 'two', 'three', 'four']]],
      ['limit=2&agent=ann', [['three', 'four'], ['one']]],
      ['limit=2&type=finding', [['two', 'four'], ['one']]],
      ['limit=1&agent=ann&type=finding', [['four'], ['one']]],
      [`limit=2&since=${NOON}`, [['three', 'four'], ['two']]],
    ])('gives everything exactly once page by page while events are published (%s)', async (query, expected) => {
      const pages = await walk(app, `/feed/events?${query}`, () => makeEvent(app, { agent: 'ann', type: 'finding' }));
      expect(pages.map(({ body }) => (body as Event[]).map(({ summary }) => summary))).toEqual(expected);
    });
  });
});

describe('GET /feed/events/:id', () => {
  it('gives the event', async () => {
    const event = await makeEvent(app, { detail: 'd', metadata: { a: { b: [] } } });
    const { status, body } = await app.api.get(`/feed/events/${event.id}`);
    expect([status, body]).toEqual([200, event]);
    expect(event).toMatchObject({ detail: 'd', metadata: { a: { b: [] } } });
  });
});

describe('DELETE /feed/events', () => {
  it('empties the feed, and ids go on growing', async () => {
    const event = await makeEvent(app);
    const { status, body } = await app.api.delete('/feed/events');
    expect([status, body]).toEqual([200, { ok: true }]);
    expect(await summaries()).toEqual([]);
    expect((await app.api.get(`/feed/events/${event.id}`)).status).toBe(404);
    const stats = { total: 0, byAgent: {}, byType: {}, latestPerAgent: {} };
    expect((await app.api.get('/feed/stats')).body).toEqual(stats);

    const next = await makeEvent(app, { summary: 'next' });
    expect(isStrictlyIncreasing([event.id, next.id])).toBe(true);
    expect(await summaries()).toEqual(['next']);
    expect((await app.api.get('/feed/stats')).body).toMatchObject({ total: 1 });
  });

  it('answers for an empty feed', async () => {
    const { status, body } = await app.api.delete('/feed/events');
    expect([status, body]).toEqual([200, { ok: true }]);
  });
});

describe('GET /feed/stats', () => {
  it('counts by agent and type and knows each agent’s latest event', async () => {
    await makeEvent(app, { agent: 'ann', type: 'finding' });
    const bobs = await makeEvent(app, { agent: 'bob', type: 'finding' });
    const anns = await makeEvent(app, { agent: 'ann', type: 'question', detail: 'd', metadata: { a: 1 } });
    const { status, body } = await app.api.get('/feed/stats');
    expect([status, body]).toEqual([
      200,
      {
        total: 3,
        byAgent: { ann: 2, bob: 1 },
        byType: { finding: 2, question: 1 },
        latestPerAgent: { ann: anns, bob: bobs },
      },
    ]);
  });

  it('is safe for any agent name', async () => {
    const names = [...TRICKY_NAMES, '"quoted"', 'ünï 😀', '1', 'a b'];
    for (const agent of [...names, ...names]) await publish({ agent });
    const { body } = await app.api.get('/feed/stats');
    const { total, byAgent, latestPerAgent } = body as Record<'byAgent' | 'latestPerAgent', object> & { total: number };
    expect(total).toBe(2 * names.length);
    expect(new Map(Object.entries(byAgent))).toEqual(new Map(names.map((name) => [name, 2])));
    const latest = Object.entries(latestPerAgent) as [string, { agent: string }][];
    expect(latest.map(([name, { agent }]) => [name, agent]).sort()).toEqual(names.map((name) => [name, name]).sort());
    for (const agent of names) expect(await summaries({ agent })).toHaveLength(2);
  });
});

describe('GET /feed/stream', () => {
  it('says what it is', async () => {
    const { response } = await open();
    expect([response.status, Object.fromEntries(response.headers)]).toEqual([
      200,
      expect.objectContaining({
        'content-type': expect.stringMatching(/^text\/event-stream\b/),
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      }),
    ]);
  });

  it('answers HEAD at once', async () => {
    const { status, headers } = await app.api.head('/feed/stream');
    expect([status, headers]).toEqual([200, expect.objectContaining({ 'content-type': expect.any(String) })]);
  });

  it('sends what is published from now on, and no event twice', async () => {
    await publish({ summary: 'before' });
    const stream = await open();
    const events = [await makeEvent(app, { summary: 'one' }), await makeEvent(app, { detail: 'a\nb', metadata: {} })];
    expect(await stream.take(2)).toEqual(events.map((event) => ({ id: event.id, data: event })));
    const last = await publish();
    expect((await stream.next())?.id).toBe(last);
  });

  it.each([['?agent=ann'], ['?agent=%20ann%20']])('sends only one agent’s events (%s)', async (query) => {
    const [first] = await publishAll('first');
    const missed = await publish({ agent: 'ann', summary: 'missed' });
    await publish({ agent: 'bob' });
    const [live, resumed] = [await open(query), await open(`${query}&since=${first}`)];
    await publish({ agent: 'bob' });
    const next = await publish({ agent: 'ann' });
    expect((await live.next())?.id).toBe(next);
    expect(idsOf(await resumed.take(2))).toEqual([missed, next]);
  });

  it.each(TRICKY_NAMES)('sends only the events of the agent %s', async (agent) => {
    const stream = await open(`?agent=${agent}`);
    await publish({ agent: 'ann' });
    const id = await publish({ agent });
    expect((await stream.next())?.id).toBe(id);
  });

  it('takes empty query values as not given', async () => {
    const stream = await open('?agent=&since=');
    const id = await publish();
    expect((await stream.next())?.id).toBe(id);
  });

  it.each<[string, (ids: string[]) => [query: string, headers?: Record<string, string>]]>([
    ['since', ([, second]) => [`?since=${second}`]],
    ['since in lower case', ([, second = '']) => [`?since=${second.toLowerCase()}`]],
    ['Last-Event-ID', ([, second = '']) => ['', { 'Last-Event-ID': second }]],
    ['Last-Event-ID although since says otherwise', ([a, b = '']) => [`?since=${a}`, { 'Last-Event-ID': b }]],
  ])('resumes by %s', async (_, cursor) => {
    const ids = await publishAll('one', 'two', 'three', 'four');
    const stream = await open(...cursor(ids));
    const live = await publish();
    expect(idsOf(await stream.take(3))).toEqual([ids[2], ids[3], live]);
  });

  it('resumes by the newest id with what comes next', async () => {
    const [id] = await publishAll('one');
    const stream = await open(`?since=${id}`);
    const next = await publish();
    expect((await stream.next())?.id).toBe(next);
  });

  it('says reset once for a cursor that it does not know, then sends all larger ids', async () => {
    const [first = ''] = await publishAll('one');
    later(clock, MINUTE_MS);
    const [second = '', third] = await publishAll('two', 'three');
    const between = second.slice(0, 10).padEnd(26, '0');
    const all = await open('', { 'Last-Event-ID': first.slice(0, 10).padEnd(26, '0') });
    const some = await open(`?since=${between}`);
    const live = await publish();
    expect(await all.next()).toEqual(RESET);
    expect(idsOf(await all.take(4))).toEqual([first, second, third, live]);
    expect(await some.next()).toEqual(RESET);
    expect(idsOf(await some.take(3))).toEqual([second, third, live]);
  });

  it('says reset for a Last-Event-ID that is no id', async () => {
    const stream = await open('', { 'Last-Event-ID': 'nonsense' });
    const id = await publish();
    expect(await stream.take(2)).toEqual([RESET, { id, data: expect.objectContaining({ id }) }]);
  });

  it('says reset for a cursor from before the feed was emptied', async () => {
    const [old] = await publishAll('one', 'two');
    await app.api.delete('/feed/events');
    const id = await publish();
    const stream = await open(`?since=${old}`);
    expect(await stream.take(2)).toEqual([RESET, { id, data: expect.objectContaining({ id }) }]);
  });

  it('says reset to every reader when the feed is emptied, and goes on', async () => {
    const [first] = await publishAll('one', 'two');
    const readers = [await open(), await open('?agent=maker'), await open('?agent=nobody')];
    const resumed = await open(`?since=${first}`);
    expect(summaryOf(await resumed.next())).toBe('two');
    await app.api.delete('/feed/events');
    const id = await publish();
    for (const reader of [...readers.slice(0, 2), resumed]) {
      expect(await reader.take(2)).toEqual([RESET, { id, data: expect.objectContaining({ id }) }]);
    }
    expect(await readers[2]?.next()).toEqual(RESET);
  });

  it('ends when the server shuts down, after what was published', async () => {
    const stream = await open();
    const id = await publish();
    await app.stop();
    expect([(await stream.next())?.id, await stream.next()]).toEqual([id, undefined]);
    await begin();
  });
});

describe('the order of the feed', () => {
  beforeEach(async () => {
    await app.stop();
    await begin();
  });

  it('holds for readers that catch up while others publish', async () => {
    const stored: string[] = [];
    await inParallel(2500, 50, async () => stored.push(await publish()));
    stored.sort();
    const everything = [...stored];
    const readers: { stream: TestStream; after: string }[] = [];
    const publishers = inParallel(4, 4, async (i) => {
      while (readers.length < 120) everything.push(await publish({ agent: `publisher ${i}` }));
    });
    // Each joins the live events at a moment of its own, most of them beside readers that are there already.
    await inParallel(120, 2, async (i) => {
      const after = stored[i % 3 === 0 ? i * 10 : 2499 - i] ?? '';
      readers.push({ stream: await open(`?since=${after}`), after });
    });
    await publishers;
    const last = await publish();
    everything.push(last);
    everything.sort();
    for (const { stream, after } of readers) {
      const received = [(await stream.next())?.id ?? ''];
      while (received.at(-1) !== last) received.push((await stream.next())?.id ?? last);
      expect(isStrictlyIncreasing(received)).toBe(true);
      expect(received).toEqual(everything.slice(everything.indexOf(after) + 1));
    }
  });

  it('is one in the file, the list and the stream for 10,000 events from 50 connections', async () => {
    const stream = await open();
    const streamed = stream.take(10_000);
    const answered: string[] = [];
    await inParallel(10_000, 50, async (i) => answered.push(await publish({ agent: `agent ${i % 7}` })));

    const lines = readFileSync(join(app.dataDir, 'feed.jsonl'), 'utf8').trimEnd().split('\n');
    const filed = lines.map((line) => (JSON.parse(line) as Event).id);
    expect([filed.length, isStrictlyIncreasing(filed)]).toEqual([10_000, true]);
    expect(answered.sort()).toEqual(filed);
    expect(idsOf(await streamed)).toEqual(filed);
    const pages = await walk(app, '/feed/events?limit=3000');
    const listed = pages.reverse().flatMap(({ body }) => (body as Event[]).map(({ id }) => id));
    expect([pages.length, listed]).toEqual([4, filed]);

    await publish();
    const capped = await walk(app, '/feed/events?limit=0');
    expect(capped.map(({ body }) => (body as Event[]).length)).toEqual([10_000, 1]);
    expect((await app.api.get('/feed/stats')).body).toMatchObject({ total: 10_001, byType: { custom: 10_001 } });
  });

  it('is kept by a reader that is cut off for being too slow, and slows nobody', async () => {
    const cursor = await publish();
    const { hostname, port } = new URL(app.url);
    const slow = connect(Number(port), hostname).pause();
    slow.write(`GET /feed/stream?since=${cursor} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
    const stream = await open(`?since=${cursor}`);
    const ids: string[] = [];
    for (let i = 0; i < 30; i++) {
      ids.push(await publish({ detail: 'x'.repeat(900_000) }));
      expect((await stream.next())?.id).toBe(ids.at(-1));
    }

    let received = '';
    const isCutOff = new Promise((resolve) => slow.on('error', resolve).on('close', resolve));
    slow.on('data', (data) => (received += data.toString())).resume();
    await isCutOff;
    const [last] = [...received.matchAll(/^id: (\w+)\ndata: .*\n\n/gm)].reverse();
    const seen = ids.indexOf(last?.[1] ?? '') + 1;
    expect(seen).toBeLessThan(ids.length);
    const resumed = await open(`?since=${last?.[1] ?? cursor}`);
    expect(idsOf(await resumed.take(ids.length - seen))).toEqual(ids.slice(seen));
  });
});
