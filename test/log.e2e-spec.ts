import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestApp, TOKEN } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { anId, HOUR_MS, later, make, MINUTE_MS, NOON, walk } from './support/make.js';

interface EntryPage {
  entries: { text: string }[];
  count: number;
}

let app: TestApp;
let clock: FakeClock;

beforeEach(async () => {
  clock = new FakeClock();
  app = await TestApp.start({ clock });
});

afterEach(() => app.stop());

async function texts(query: object): Promise<string[]> {
  const { status, body } = await app.api.get('/log').query(query);
  const { entries, count } = body as EntryPage;
  expect([status, count]).toEqual([200, entries.length]);
  return entries.map(({ text }) => text);
}

async function rawLines(query: object): Promise<string[]> {
  const { status, text, type } = await app.api.get('/log/raw').query(query);
  expect([status, type]).toEqual([200, 'text/plain']);
  return text.split(/(?<=\n)/).filter((line) => line !== '');
}

describe('POST /log', () => {
  it('appends an entry, trimmed, and without what was not given', async () => {
    const { status, body } = await app.api
      .post('/log')
      .send({ text: ' Tests are green\nat last ', id: 'mine', other: 1 });
    expect([status, body]).toEqual([201, { id: anId, timestamp: NOON, text: 'Tests are green\nat last' }]);
    expect((await app.api.get('/log')).body).toEqual({ entries: [body], count: 1 });
  });

  it('says whose entry it is', async () => {
    const { status, body } = await app.api.post('/log').send({ text: 'ünï 😀', agent: ' ann ' });
    expect([status, body]).toEqual([201, { id: anId, timestamp: NOON, text: 'ünï 😀', agent: 'ann' }]);
    expect((await app.api.get('/log')).body).toEqual({ entries: [body], count: 1 });
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded'])(
    'parses the body as JSON when Content-Type is %s',
    async (type) => {
      const response = await fetch(`${app.url}/log`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${TOKEN}`, ...(type && { 'Content-Type': type }) },
        body: Buffer.from('{"text": "a=b&c"}'),
      });
      expect([response.status, await response.json()]).toEqual([201, { id: anId, timestamp: NOON, text: 'a=b&c' }]);
    },
  );
});

describe('GET /log and GET /log/raw', () => {
  /** When the entries are made; the clock ends at {@link NOON}. */
  const AGES_MS = {
    'a month': 30 * 24 * HOUR_MS,
    'eight days': 8 * 24 * HOUR_MS,
    'a day and a millisecond': 24 * HOUR_MS + 1,
    'a day': 24 * HOUR_MS,
    'an hour': HOUR_MS,
    'half an hour': 30 * MINUTE_MS,
    now: 0,
  };
  const ALL = Object.keys(AGES_MS);

  beforeEach(async () => {
    const noon = clock.time;
    for (const [text, age] of Object.entries(AGES_MS)) {
      clock.time = noon - age;
      await make(app, '/log', { text });
    }
  });

  it.each([
    ['nothing: the last day', {}, ALL.slice(3)],
    ['only empty values', { since: '', until: ' ', last: '', limit: '', cursor: '' }, ALL.slice(3)],
    ['last, in minutes', { last: '30m' }, ALL.slice(5)],
    ['last, a millisecond short', { last: '29m' }, ALL.slice(6)],
    ['last, in hours', { last: '24h' }, ALL.slice(3)],
    ['last, in days', { last: '7d' }, ALL.slice(2)],
    ['last, in weeks', { last: '4w' }, ALL.slice(1)],
    ['last, trimmed', { last: ' 1h ' }, ALL.slice(4)],
    ['last, longer than time itself', { last: '999999w' }, ALL],
    ['last, no time at all', { last: '0m' }, ALL.slice(6)],
    ['since, inclusive', { since: '2026-01-31T11:00:00.000Z' }, ALL.slice(4)],
    ['since, a millisecond later', { since: '2026-01-31T11:00:00.001Z' }, ALL.slice(5)],
    ['since, without milliseconds', { since: '2026-01-31T11:00:00Z' }, ALL.slice(4)],
    ['since, in another zone', { since: '2026-01-31T13:00:00+02:00' }, ALL.slice(4)],
    ['since, without a zone', { since: '2026-01-31T11:00' }, ALL.slice(4)],
    ['since, a date', { since: '2026-01-23' }, ALL.slice(1)],
    ['since, in the future', { since: '2027-01-01' }, []],
    ['since, which beats last', { since: '2026-01-01', last: '30m' }, ALL],
    ['until, inclusive', { until: '2026-01-30T12:00:00.000Z' }, ALL.slice(0, 4)],
    ['until, a millisecond earlier', { until: '2026-01-30T11:59:59.999Z' }, ALL.slice(0, 3)],
    ['until, at the end of time', { until: '9999-12-31T23:59:59-01:00' }, ALL],
    ['since and until', { since: '2026-01-30T12:00:00Z', until: '2026-01-31T11:30:00Z' }, ALL.slice(3, 6)],
    ['since after until', { since: '2026-01-31T11:30:00Z', until: '2026-01-30T12:00:00Z' }, []],
    ['last and until', { last: '1h', until: '2026-01-31T11:30:00Z' }, ALL.slice(4, 6)],
    ['limit: the newest', { limit: 2 }, ALL.slice(-2)],
    ['limit and until: the newest of those', { limit: 2, until: '2026-01-30T12:00:00Z' }, ALL.slice(2, 4)],
    ['what it does not know', { unheardOf: 1 }, ALL.slice(3)],
  ])('understand %s', async (_, query, expected) => {
    expect(await texts(query)).toEqual(expected);
    expect((await rawLines(query)).map((line) => line.replace(/^\[\S+] (.*)\n$/, '$1'))).toEqual(expected);
  });

  it('take entries of one agent, page by page, as text too', async () => {
    for (const [agent, text] of Object.entries({ ann: 'a', Ann: 'b', bob: 'c' }))
      await make(app, '/log', { text, agent });
    await make(app, '/log', { text: 'd', agent: 'ann' });
    expect(await texts({ agent: 'ann' })).toEqual(['a', 'd']);
    expect(await texts({ agent: ' ', last: '0m' })).toEqual(['now', 'a', 'b', 'c', 'd']);
    expect(await texts({ agent: 'nobody' })).toEqual([]);
    expect(await rawLines({ agent: 'bob' })).toEqual([`[${NOON}] (bob) c\n`]);
    const pages = await walk(app, '/log?agent=ann&limit=1');
    expect(pages.map(({ body }) => (body as EntryPage).entries[0]?.text)).toEqual(['d', 'a']);
  });

  it('understand a plus sign that was not encoded', async () => {
    const { body } = await app.api.get('/log?since=2026-01-31T13:00:00+02:00');
    expect(body).toMatchObject({ count: 3 });
  });

  it('give everything exactly once page by page while entries are added', async () => {
    const more = (): Promise<unknown> => make(app, '/log', { text: 'late' });
    const pages = await walk(app, '/log?last=52w&limit=3', more);
    expect(pages.map(({ body }) => body as object)).toEqual([
      {
        entries: ALL.slice(4).map((text) => expect.objectContaining({ text })),
        count: 3,
        nextCursor: expect.any(String),
      },
      {
        entries: ALL.slice(1, 4).map((text) => expect.objectContaining({ text })),
        count: 3,
        nextCursor: expect.any(String),
      },
      { entries: [expect.objectContaining({ text: ALL[0] })], count: 1 },
    ]);
  });

  it('give everything exactly once as text, with the cursor in a header', async () => {
    const until = clock.timestamp();
    const pages = await walk(app, `/log/raw?until=${until}&limit=3`, () => {
      later(clock, MINUTE_MS);
      return make(app, '/log', { text: 'late' });
    });
    expect(pages.map(({ text }) => text.split('\n').length - 1)).toEqual([3, 3, 1]);
    const { text } = await app.api.get(`/log/raw?until=${until}`);
    expect(
      pages
        .reverse()
        .map((page) => page.text)
        .join(''),
    ).toBe(text);
  });

  it('walk through entries of one millisecond', async () => {
    for (let i = 0; i < 5; i++) await make(app, '/log', { text: `${i}` });
    const pages = await walk(app, `/log?since=${NOON}&limit=2`);
    const shown = pages.map(({ body }) => (body as EntryPage).entries.map(({ text }) => text));
    expect(shown).toEqual([
      ['3', '4'],
      ['1', '2'],
      ['now', '0'],
    ]);
  });
});

describe('GET /log/raw', () => {
  it('is empty text before there are entries', async () => {
    expect(await rawLines({})).toEqual([]);
  });

  it('gives a line per entry', async () => {
    await make(app, '/log', { text: 'one' });
    const at = later(clock, MINUTE_MS);
    await make(app, '/log', { text: 'two', agent: 'ann' });
    expect(await rawLines({})).toEqual([`[${NOON}] one\n`, `[${at}] (ann) two\n`]);
  });

  it.each(['\n', '\r\n', '\r', '\u2028', '\u2029', '\u0085', '\v', '\f'])(
    'keeps an entry on one line although there is a %j in it',
    async (lineBreak) => {
      const text = `one${lineBreak}[${NOON}] (eve) two`;
      await make(app, '/log', { text, agent: `a${lineBreak}b` });
      const lines = await rawLines({});
      expect(lines).toEqual([`[${NOON}] (a b) one [${NOON}] (eve) two\n`]);
      expect(await texts({})).toEqual([text]);
    },
  );
});
