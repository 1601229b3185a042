import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RENDERER_VERSION } from '../src/modules/reports/rendering.js';
import { temporaryFolder, TestApp, TOKEN } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { anId, foundIn, inParallel, later, MINUTE_MS, NOON, walk } from './support/make.js';
import { makeLink, makeReport } from './support/reports.js';
import { ServerProcess } from './support/server.js';

interface ReportPage {
  reports: { id: string; title: string }[];
  count: number;
}

const MEBIBYTE = 1 << 20;
/** A few bytes of Markdown that make gigabytes of HTML. */
const BOMB = `[a]: https://a.example/${'x'.repeat(500_000)}\n\n${'[a] '.repeat(100_000)}`;

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

async function restart(meanwhile: () => void = () => undefined): Promise<void> {
  await app.stop();
  meanwhile();
  app = await TestApp.start({ clock, dataDir });
}

async function titles(query: object = {}): Promise<string[]> {
  const { status, body } = await app.api.get('/reports').query(query);
  const { reports, count } = body as ReportPage;
  expect([status, count]).toEqual([200, reports.length]);
  return reports.map(({ title }) => title);
}

function renderings(): unknown[] {
  const database = new Database(join(dataDir, 'services.sqlite'), { readonly: true });
  try {
    return database.prepare('SELECT renderer, excerpt, html FROM report_renderings ORDER BY report_id').all();
  } finally {
    database.close();
  }
}

async function shown(id: string): Promise<string> {
  const { url } = await makeLink(app, id);
  return (await fetch(url)).text();
}

/** What a list says of a report. */
function headOf(report: object): object {
  return Object.fromEntries(Object.entries(report).filter(([field]) => field !== 'content'));
}

describe('POST /reports', () => {
  it('stores a report', async () => {
    const sent = { title: 'Leaks', author: 'ann', content: '# Leaks\n\nIt *leaks*.' };
    const { status, body } = await app.api.post('/reports').send(sent);
    expect([status, body]).toEqual([201, { id: anId, ...sent, tags: [], createdAt: NOON, updatedAt: NOON }]);
    expect((await app.api.get(`/reports/${body.id}`)).body).toEqual(body);
  });

  it('trims what names or describes, keeps the content to the byte, and ignores what it does not know', async () => {
    const content = ' \r\n\t# ü\u0000\u{1f600}\u2028 \ufeff\n\n ';
    const sent = {
      title: ' Leaks ',
      author: ' ann ',
      content,
      tags: [' x ', '', 'y', 'x'],
      id: 'mine',
      createdAt: 'never',
    };
    const { status, body } = await app.api.post('/reports').send(sent);
    const report = { title: 'Leaks', author: 'ann', content, tags: ['x', 'y', 'x'], createdAt: NOON, updatedAt: NOON };
    expect([status, body]).toEqual([201, { id: anId, ...report }]);
    await restart();
    expect((await app.api.get(`/reports/${body.id}`)).body).toEqual(body);
    expect(await titles({ tag: 'x' })).toEqual(['Leaks']);
  });

  it('takes content of 1 MiB, however long it becomes as JSON', async () => {
    const content = '\u0001'.repeat(MEBIBYTE / 2 - 100) + 'ü'.repeat(MEBIBYTE / 4);
    const report = await makeReport(app, { content: content.slice(0, 480_000) });
    expect((await app.api.get(`/reports/${report.id}`)).body).toEqual(report);
    expect((await makeReport(app, { content: 'ü'.repeat(MEBIBYTE / 2) }))['content']).toHaveLength(MEBIBYTE / 2);
  });

  it('renders beside the report, before it answers', async () => {
    await makeReport(app, { title: 'Leaks', content: '# Leaks\n\nIt *leaks*.' });
    expect(renderings()).toEqual([
      { renderer: RENDERER_VERSION, excerpt: 'It leaks.', html: '<p>It <em>leaks</em>.</p>\n' },
    ]);
  });

  it('answers others meanwhile, and stores what cannot be rendered too', async () => {
    const began = performance.now();
    const bomb = makeReport(app, { content: BOMB });
    let slowest = 0;
    let isDone = false;
    const watching = (async () => {
      while (!isDone) {
        const asked = performance.now();
        await fetch(`${app.url}/health`);
        slowest = Math.max(slowest, performance.now() - asked);
        await sleep(5);
      }
    })();
    const { id } = await bomb;
    isDone = true;
    await watching;
    expect(slowest).toBeLessThan((performance.now() - began) / 2 + 200);
    expect(renderings()).toEqual([{ renderer: RENDERER_VERSION, excerpt: '', html: null }]);
    expect(await shown(id)).toContain(BOMB);
    expect(await shown((await makeReport(app, { content: '**next**' })).id)).toContain('<strong>next</strong>');
  });
});

describe('GET /reports', () => {
  beforeEach(async () => {
    await makeReport(app, { title: 'one', author: 'ann', tags: ['x'] });
    later(clock, MINUTE_MS);
    await makeReport(app, { title: 'two', author: 'bob', tags: ['x', 'y'] });
    await makeReport(app, { title: 'three', author: 'ann' });
    later(clock, MINUTE_MS);
    await makeReport(app, { title: 'four', author: 'ann', tags: ['y', 'x'] });
  });

  it('gives everything but the content', async () => {
    const report = await makeReport(app, { title: 'five', author: 'cleo', tags: ['z'] });
    expect((await app.api.get('/reports?author=cleo')).body).toEqual({ reports: [headOf(report)], count: 1 });
  });

  it.each([
    [{}, ['four', 'three', 'two', 'one']],
    [{ author: 'ann' }, ['four', 'three', 'one']],
    [{ author: ' ann ', tag: 'x' }, ['four', 'one']],
    [{ tag: 'x' }, ['four', 'two', 'one']],
    [{ tag: ' y ' }, ['four', 'two']],
    [{ tag: 'X' }, []],
    [{ author: 'constructor' }, []],
    [{ author: '', tag: '', limit: '', cursor: '' }, ['four', 'three', 'two', 'one']],
  ])('filters by %j', async (query, expected) => {
    expect(await titles(query)).toEqual(expected);
  });

  it.each([
    ['limit=1', [['four'], ['three'], ['two'], ['one']]],
    ['limit=3', [['four', 'three', 'two'], ['one']]],
    ['limit=4', [['four', 'three', 'two', 'one']]],
    ['limit=1&tag=x', [['four'], ['two'], ['one']]],
    ['limit=2&author=ann', [['four', 'three'], ['one']]],
    ['limit=1&author=ann&tag=x', [['four'], ['one']]],
  ])('gives everything exactly once page by page while reports are written (%s)', async (query, expected) => {
    const pages = await walk(app, `/reports?${query}`, () => makeReport(app, { author: 'ann', tags: ['x'] }));
    expect(pages.map(({ body }) => (body as ReportPage).reports.map(({ title }) => title))).toEqual(expected);
  });
});

describe('DELETE /reports/:id', () => {
  it('takes the report away with all that hangs on it', async () => {
    const kept = await makeReport(app, { title: 'kept' });
    const before = app.storedText().replaceAll(/01[0-9A-Z]{24}/g, '');
    const { id } = await makeReport(app, { title: 'gone', tags: ['x'] });
    const { url } = await makeLink(app, id);
    await fetch(url);
    const { status, body } = await app.api.delete(`/reports/${id}`);
    expect([status, body]).toEqual([200, { deleted: true }]);
    const again = await app.api.delete(`/reports/${id}`);
    expect([again.status, again.body]).toEqual([404, { error: 'report not found' }]);
    expect([(await app.api.get(`/reports/${id}`)).status, (await fetch(url)).status]).toEqual([404, 404]);
    expect([await titles(), await titles({ tag: 'x' })]).toEqual([['kept'], []]);
    await restart();
    expect(app.storedText().replaceAll(/01[0-9A-Z]{24}/g, '')).toBe(before);
    expect((await app.api.get(`/reports/${kept.id}`)).body).toEqual(kept);
  });
});

describe('a restart', () => {
  it('finds everything again, and ids go on although the last report is gone', async () => {
    const kept = await makeReport(app, { tags: ['x'] });
    const { id } = await makeReport(app);
    await app.api.delete(`/reports/${id}`);
    await restart();
    expect((await app.api.get('/reports')).body).toEqual({ reports: [headOf(kept)], count: 1 });
    expect((await makeReport(app)).id > id).toBe(true);
  });

  it('renders what has no rendering of this version, and shows the text until then', async () => {
    const reports = [await makeReport(app, { content: '*one*' }), await makeReport(app, { content: '*two*' })];
    await restart(() => {
      const database = new Database(join(dataDir, 'services.sqlite'));
      database.exec("UPDATE report_renderings SET renderer = 0, html = '<script>old</script>' WHERE excerpt = 'one'");
      database.exec("DELETE FROM report_renderings WHERE excerpt = 'two'");
      database.close();
    });
    expect(await shown(reports[0]?.id ?? '')).toMatch(/<pre class="plain">\*one\*<\/pre>|<em>one<\/em>/);
    while (JSON.stringify(renderings()).split('<em>').length < 3) await sleep(10);
    expect(renderings()).toEqual(
      ['one', 'two'].map((text) => ({ renderer: RENDERER_VERSION, excerpt: text, html: `<p><em>${text}</em></p>\n` })),
    );
  });

  it('finds every report that was acknowledged before kill -9', async () => {
    const env = { DATA_DIR: temporaryFolder(), VERS_AUTH_TOKEN: TOKEN, HOST: '127.0.0.1' };
    const acknowledged: { id: string; content: string }[] = [];
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const first = await ServerProcess.start(env);
    await inParallel(20, 20, async (i) => {
      for (let n = 0; ; n += 1) {
        const body = JSON.stringify({ title: `${i}.${n}`, author: 'ann', content: `# ${i}.${n}\n\n*x*`, tags: ['x'] });
        const answer = await fetch(`${first.url}/reports`, { method: 'POST', headers, body })
          .then((response) => response.json())
          .catch(() => undefined);
        if (answer === undefined) return;
        if (acknowledged.push(answer as { id: string; content: string }) === 500) first.child.kill('SIGKILL');
      }
    });
    await first.ended();
    const second = await ServerProcess.start(env);
    const { reports } = (await (await fetch(`${second.url}/reports?tag=x`, { headers })).json()) as ReportPage;
    const [last] = acknowledged.slice(-1);
    const whole = await (await fetch(`${second.url}/reports/${last?.id}`, { headers })).json();
    await second.end('SIGTERM');
    rmSync(env.DATA_DIR, { recursive: true, force: true });
    expect([acknowledged.length >= 500, whole]).toEqual([true, last]);
    expect(foundIn(reports, acknowledged)).toEqual(acknowledged.map(headOf));
    const ids = reports.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
  });
});
