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
  const { status, body } = await app.api.get('/journal').query(query);
  const { entries, count } = body as EntryPage;
  expect([status, count]).toEqual([200, entries.length]);
  return entries.map(({ text }) => text);
}

/** The text that both ways to ask for it give. */
async function raw(query: object = {}): Promise<string> {
  const [{ status, text, type }, flagged] = [
    await app.api.get('/journal/raw').query(query),
    await app.api.get('/journal').query({ ...query, raw: 'true' }),
  ];
  expect([status, type, text]).toEqual([200, 'text/plain', expect.any(String)]);
  expect([flagged.status, flagged.type, flagged.text]).toEqual([status, type, text]);
  return text;
}

describe('POST /journal', () => {
  it('writes an entry, trimmed, and without what was not given', async () => {
    const { status, body } = await app.api
      .post('/journal')
      .send({ text: ' At last\n\nit works ', id: 'mine', other: 1 });
    expect([status, body]).toEqual([201, { id: anId, timestamp: NOON, text: 'At last\n\nit works' }]);
    expect((await app.api.get('/journal')).body).toEqual({ entries: [body], count: 1 });
  });

  it('takes every field', async () => {
    const sent = { text: 'At last', author: ' Ann ', mood: ' relieved ', tags: [' Design ', 'ünï 😀'] };
    const { status, body } = await app.api.post('/journal').send(sent);
    const entry = { text: 'At last', author: 'Ann', mood: 'relieved', tags: ['Design', 'ünï 😀'] };
    expect([status, body]).toEqual([201, { id: anId, timestamp: NOON, ...entry }]);
    expect((await app.api.get('/journal')).body).toEqual({ entries: [body], count: 1 });
  });

  it.each([
    [['', 'a', '  ', 'b'], { tags: ['a', 'b'] }],
    [['', ' '], {}],
    [[], {}],
  ])('drops the empty ones of the tags %j', async (tags, kept) => {
    const { status, body } = await app.api.post('/journal').send({ text: 'At last', tags });
    expect([status, body]).toEqual([201, { id: anId, timestamp: NOON, text: 'At last', ...kept }]);
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded'])(
    'parses the body as JSON when Content-Type is %s',
    async (type) => {
      const response = await fetch(`${app.url}/journal`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${TOKEN}`, ...(type && { 'Content-Type': type }) },
        body: Buffer.from('{"text": "a=b&c"}'),
      });
      expect([response.status, await response.json()]).toEqual([201, { id: anId, timestamp: NOON, text: 'a=b&c' }]);
    },
  );
});

describe('GET /journal and GET /journal/raw', () => {
  beforeEach(async () => {
    const noon = clock.time;
    clock.time = noon - 25 * HOUR_MS;
    await make(app, '/journal', { text: 'one', author: 'Ann', tags: ['Design', 'x'] });
    clock.time = noon - 24 * HOUR_MS;
    await make(app, '/journal', { text: 'two', author: 'bob', tags: ['design'] });
    clock.time = noon - HOUR_MS;
    await make(app, '/journal', { text: 'three', author: 'ANN', tags: ['Ünï'] });
    clock.time = noon;
    await make(app, '/journal', { text: 'four' });
    await make(app, '/journal', { text: 'five', author: 'ann', tags: ['DESIGN', 'design'] });
  });

  it.each([
    [{}, ['two', 'three', 'four', 'five']],
    [{ since: '', until: '', last: '', author: ' ', tag: '', raw: '', limit: '' }, ['two', 'three', 'four', 'five']],
    [{ raw: 'false' }, ['two', 'three', 'four', 'five']],
    [{ last: '60m' }, ['three', 'four', 'five']],
    [{ last: '4w' }, ['one', 'two', 'three', 'four', 'five']],
    [{ since: '2026-01-31T11:00:00Z' }, ['three', 'four', 'five']],
    [{ since: '2026-01-30', last: '1h' }, ['one', 'two', 'three', 'four', 'five']],
    [{ until: '2026-01-31T11:00:00Z' }, ['one', 'two', 'three']],
    [{ since: '2026-01-30T12:00:00Z', until: '2026-01-31T11:00:00Z' }, ['two', 'three']],
    [{ author: 'ann' }, ['three', 'five']],
    [{ author: ' aNN ', last: '7d' }, ['one', 'three', 'five']],
    [{ author: 'nobody' }, []],
    [{ tag: 'DEsign', last: '7d' }, ['one', 'two', 'five']],
    [{ tag: 'design' }, ['two', 'five']],
    [{ tag: 'ünÏ' }, ['three']],
    [{ tag: 'x' }, []],
    [{ author: 'Ann', tag: 'design', last: '7d' }, ['one', 'five']],
    [{ author: 'BOB', tag: 'design', until: '2026-01-31' }, ['two']],
    [{ author: 'bob', tag: 'x', last: '7d' }, []],
    [{ limit: 2 }, ['four', 'five']],
    [{ author: 'ann', tag: 'design', last: '7d', limit: 1 }, ['five']],
  ])('understand %j', async (query, expected) => {
    expect(await texts(query)).toEqual(expected);
    const lines = (await raw({ ...query, raw: undefined })).split('\n');
    expect(lines.slice(0, -1).map((line) => line.split(' ').at(-1))).toEqual(expected);
  });

  it.each([
    ['last=7d&limit=2', [['four', 'five'], ['two', 'three'], ['one']]],
    ['last=7d&limit=1&author=ann', [['five'], ['three'], ['one']]],
    ['last=7d&limit=2&tag=design', [['two', 'five'], ['one']]],
    ['last=7d&limit=1&tag=design&author=ann', [['five'], ['one']]],
  ])('give everything exactly once page by page while entries are added (%s)', async (query, expected) => {
    const more = (): Promise<unknown> => make(app, '/journal', { text: 'late', author: 'ann', tags: ['design'] });
    const pages = await walk(app, `/journal?${query}`, more);
    expect(pages.map(({ body }) => (body as EntryPage).entries.map(({ text }) => text))).toEqual(expected);
    expect(pages.map(({ body }) => (body as EntryPage).count)).toEqual(expected.map(({ length }) => length));
  });

  it.each(['/journal/raw?', '/journal?raw=true&'])(
    'give everything exactly once as text, with the cursor in a header (%s)',
    async (path) => {
      const until = clock.timestamp();
      const pages = await walk(app, `${path}until=${until}&limit=2`, () => {
        later(clock, MINUTE_MS);
        return make(app, '/journal', { text: 'late' });
      });
      expect(pages.map(({ text }) => text.split('\n').length - 1)).toEqual([2, 2, 1]);
      expect(
        pages
          .reverse()
          .map(({ text }) => text)
          .join(''),
      ).toBe(await raw({ until }));
    },
  );
});

describe('GET /journal/raw', () => {
  it('is empty text before there are entries', async () => {
    expect(await raw()).toBe('');
  });

  it.each([
    [{}, 'At last'],
    [{ author: 'Ann' }, '(Ann) At last'],
    [{ mood: 'relieved' }, '[relieved] At last'],
    [{ tags: ['a', 'b'] }, '#a #b At last'],
    [{ author: 'Ann', mood: 'relieved', tags: ['a', 'b'] }, '(Ann) [relieved] #a #b At last'],
  ])('gives an entry with %j as a line', async (fields, line) => {
    await make(app, '/journal', { text: 'At last', ...fields });
    expect(await raw()).toBe(`[${NOON}] ${line}\n`);
  });

  it.each(['\n', '\r\n', '\r', '\u2028', '\u2029', '\u0085', '\v', '\f'])(
    'keeps an entry on one line although there is a %j in it',
    async (lineBreak) => {
      const broken = `a${lineBreak}b`;
      await make(app, '/journal', { text: broken, author: broken, mood: broken, tags: [broken] });
      expect(await raw()).toBe(`[${NOON}] (a b) [a b] #a b a b\n`);
      expect(await texts({})).toEqual([broken]);
    },
  );
});
