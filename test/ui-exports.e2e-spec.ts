import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { get as httpGet, IncomingMessage } from 'node:http';
import { TestApp, TOKEN } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { HOUR_MS, inParallel, later, make, makeCommit, makeEvent, makeTask } from './support/make.js';

let app: TestApp;
let clock: FakeClock;

beforeEach(async () => {
  clock = new FakeClock();
  app = await TestApp.start({ clock });
});
afterEach(() => app.stop());

/** The file as it is sent, the byte order mark and all. */
async function download(path: string): Promise<{ message: IncomingMessage; text: string }> {
  const sent = httpGet(app.url + path, { headers: { Authorization: `Bearer ${TOKEN}` } });
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  return { message, text: Buffer.concat(await message.toArray()).toString() };
}

async function csv(path: string): Promise<string[][]> {
  return parseCsv((await download(path)).text);
}

async function ndjson(path: string): Promise<unknown[]> {
  const { text } = await download(path);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
}

/** A reader of RFC 4180, so that nothing is checked with the code that wrote it. */
function parseCsv(text: string): string[][] {
  expect(text.charCodeAt(0)).toBe(0xfeff);
  const rows: string[][] = [];
  let row: string[] = [];
  const cells = text.slice(1).matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy);
  let length = 1;
  for (const [all, quoted, plain = '', end] of cells) {
    length += all.length;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  expect(length).toBe(text.length);
  return rows;
}

const LISTS = ['tasks', 'review', 'feed', 'log', 'journal', 'commits'];

describe('every list', () => {
  it.each(LISTS)('%s is had as CSV, NDJSON and JSON, to be kept, and never from a cache', async (list) => {
    const types = { csv: 'text/csv', ndjson: 'application/x-ndjson', json: 'application/json' };
    for (const [ending, type] of Object.entries(types)) {
      const { message } = await download(`/ui/${list}/export.${ending}`);
      expect([message.statusCode, message.headers]).toEqual([
        200,
        expect.objectContaining({
          'content-type': `${type}; charset=utf-8`,
          'content-disposition': `attachment; filename="${list}-2026-01-31.${ending}"`,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        }),
      ]);
    }
  });

  it.each(LISTS)('%s leads to its files', async (list) => {
    const { text } = await app.api.get(`/ui/${list}`).set('Accept', 'text/html');
    for (const ending of ['csv', 'ndjson', 'json']) expect(text).toContain(`href="/ui/${list}/export.${ending}"`);
  });

  it.each(LISTS)('%s is closed to strangers, and known in no other form', async (list) => {
    const { status, headers } = await app.anonymous.get(`/ui/${list}/export.csv`).redirects(0);
    expect([status, headers['location']]).toEqual([302, '/ui/login']);
    const other = await app.api.get(`/ui/${list}/export.xml`).set('Accept', 'application/json');
    expect([other.status, other.body]).toEqual([404, { error: 'there is no export.xml, only csv, ndjson, json' }]);
  });

  it.each(LISTS.filter((list) => list !== 'review'))('%s refuses what its page refuses', async (list) => {
    const bad = { tasks: 'status=banana', feed: 'type=banana' }[list] ?? 'since=banana';
    const { status, body } = await app.api.get(`/ui/${list}/export.csv?${bad}`).set('Accept', 'application/json');
    expect([status, body.details?.[0].field]).toEqual([400, bad.split('=')[0]]);
  });

  it('is empty without ado', async () => {
    expect((await download('/ui/log/export.json')).text).toBe('[\n]\n');
    expect((await download('/ui/log/export.ndjson')).text).toBe('');
    expect((await download('/ui/log/export.csv')).text).toBe('\ufeffid,timestamp,agent,text\r\n');
  });

  it('answers HEAD with the headers alone', async () => {
    await make(app, '/log', { text: 'one' });
    const { status, headers, text } = await app.api.head('/ui/log/export.csv');
    expect([status, headers['content-type'], text]).toEqual([200, 'text/csv; charset=utf-8', undefined]);
  });
});

describe('what is in the files', () => {
  it('are the records of the API, newest first', async () => {
    const made = [
      await makeEvent(app, { metadata: { a: [1] } }),
      await makeEvent(app, { detail: 'a\nb\u2028' }),
    ].reverse();
    expect(await ndjson('/ui/feed/export.ndjson')).toEqual(made);
    expect(JSON.parse((await download('/ui/feed/export.json')).text)).toEqual(made);
    const [one, two] = [await make(app, '/log', { text: 'one' }), await make(app, '/log', { text: 'two' })];
    expect(await ndjson('/ui/log/export.ndjson')).toEqual([two, one]);
  });

  it('are columns in CSV, with the inside of objects as JSON', async () => {
    const task = await makeTask(app, { title: 'a, "b"\r\nc', tags: ['x', 'y'], assignee: 'änn' });
    const note = (
      await app.api.post(`/board/tasks/${task.id}/notes`).send({ author: 'me', content: 'n', type: 'update' })
    ).body as object;
    const commit = await makeCommit(app, { metadata: { deep: { down: 1 } } });
    const [names, cells] = await csv('/ui/tasks/export.csv');
    const { createdAt, updatedAt } = task as { createdAt?: string; updatedAt?: string };
    expect(Object.fromEntries(names?.map((name, i) => [name, cells?.[i]]) ?? [])).toEqual({
      id: task.id,
      title: 'a, "b"\r\nc',
      status: 'open',
      assignee: 'änn',
      score: '0',
      tags: 'x, y',
      dependencies: '',
      createdBy: 'maker',
      createdAt,
      updatedAt,
      description: '',
      notes: JSON.stringify([note]),
      artifacts: '',
    });
    expect(await csv('/ui/commits/export.csv')).toEqual([
      ['id', 'timestamp', 'commitId', 'vmId', 'label', 'agent', 'tags', 'metadata'],
      [commit.id, commit['timestamp'], 'c-1', 'vm-1', '', '', '', '{"deep":{"down":1}}'],
    ]);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '=cmd|" /C calc"!A0', '＝1', '\t=1', '\r=1', '\n=1'])(
    'can be no formula: %j',
    async (detail) => {
      await makeEvent(app, { agent: 'a', summary: 's', detail, metadata: {} });
      const [, row] = await csv('/ui/feed/export.csv');
      expect(row?.slice(2)).toEqual(['a', 'custom', 's', `'${detail}`, '{}']);
    },
  );

  it('cannot become one where tags are put together', async () => {
    await make(app, '/journal', { text: 'x', tags: ['=1+1', 'b'] });
    expect((await csv('/ui/journal/export.csv'))[1]?.slice(2)).toEqual(['', '', `'=1+1, b`, 'x']);
  });
});

describe('filters', () => {
  it('are those of the page', async () => {
    await make(app, '/log', { text: 'old', agent: 'ann' });
    later(clock, 48 * HOUR_MS);
    await make(app, '/log', { text: 'of bob', agent: 'bob' });
    await make(app, '/log', { text: 'of ann', agent: 'ann' });
    const texts = async (query: string) => (await csv(`/ui/log/export.csv?${query}`)).slice(1).map((row) => row[3]);
    expect(await texts('')).toEqual(['of ann', 'of bob']);
    expect(await texts('agent=ann')).toEqual(['of ann']);
    expect(await texts('agent=ann&last=7d')).toEqual(['of ann', 'old']);
    expect(await texts('until=2026-02-01')).toEqual(['old']);
    await makeTask(app, { title: 'in review', status: 'in_review' });
    await makeTask(app, { title: 'open' });
    const titles = async (path: string) => (await csv(path)).slice(1).map((row) => row[1]);
    expect(await titles('/ui/tasks/export.csv?status=open')).toEqual(['open']);
    expect(await titles('/ui/review/export.csv')).toEqual(['in review']);
  });

  it('leave out the page that is shown', async () => {
    for (let i = 0; i < 60; i += 1) await makeTask(app, { tags: ['t'] });
    const { text } = await app.api.get('/ui/tasks?tag=t').set('Accept', 'text/html');
    const older = (/href="([^"]+)"[^>]*rel="next"/.exec(text)?.[1] ?? '').replaceAll('&amp;', '&');
    const second = await app.api.get(older).set('Accept', 'text/html');
    expect(second.text).toContain('href="/ui/tasks/export.csv?tag=t"');
    expect(await ndjson(`/ui/tasks/export.ndjson?${older.split('?')[1]}`)).toHaveLength(60);
  });
});

describe('a long list', () => {
  it('is there once and whole, while others write, and holds to the range that it began with', async () => {
    const made: string[] = [];
    await inParallel(1700, 50, async (i) => made.push((await make(app, '/log', { text: `entry ${i}` })).id));
    const sent = httpGet(`${app.url}/ui/log/export.ndjson?last=1h`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    const [message] = (await once(sent, 'response')) as [IncomingMessage];
    const [first] = (await once(message, 'data')) as [Buffer];
    const chunks = [first];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    // The list goes on: it ended up to an hour ago when the export began, and is all out of range now.
    later(clock, HOUR_MS + 1);
    await make(app, '/log', { text: 'too late' });
    if (!message.complete) await once(message, 'end');
    const lines = Buffer.concat(chunks).toString().split('\n').slice(0, -1);
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(made.sort().reverse());
  });
});
