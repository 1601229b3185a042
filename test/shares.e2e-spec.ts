import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { ServicesDatabase } from '../src/common/storage/services-database.js';
import { AppOptions, temporaryFolder, TestApp } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { anId, HOUR_MS, inParallel, later, MINUTE_MS, NOON, walk } from './support/make.js';
import { Link, makeLink, makeReport } from './support/reports.js';

interface LinkPage {
  links: { linkId: string; accessCount: number }[];
}

interface LogPage {
  log: { id: string; userAgent: string | null }[];
  count: number;
  nextCursor?: string;
}

const aLinkId: unknown = expect.stringMatching(/^[\w-]{43}$/);

let app: TestApp;
let clock: FakeClock;
let dataDir: string;
let id: string;

beforeEach(async () => {
  clock = new FakeClock();
  dataDir = temporaryFolder();
  app = await TestApp.start({ clock, dataDir });
  ({ id } = await makeReport(app));
});

afterEach(async () => {
  await app.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function restart(options: AppOptions = {}): Promise<void> {
  await app.stop();
  app = await TestApp.start({ clock, dataDir, ...options });
}

/** What a visitor gets. */
async function visit({ linkId }: Pick<Link, 'linkId'>, init: RequestInit = {}, path = ''): Promise<[number, string]> {
  const response = await fetch(`${app.url}/reports/share/${linkId}${path}`, init);
  return [response.status, await response.text()];
}

const linksOf = async (reportId = id) => (await app.api.get(`/reports/${reportId}/shares`)).body as unknown;
const logOf = async ({ linkId }: Link, query = '') =>
  (await app.api.get(`/reports/share/${linkId}/access${query}`)).body as LogPage;

describe('POST /reports/:id/share', () => {
  it('makes a link with defaults', async () => {
    const { status, body } = await app.api.post(`/reports/${id}/share`);
    expect([status, body]).toEqual([201, { linkId: aLinkId, url: `${app.url}/reports/share/${body.linkId}` }]);
    const link = {
      linkId: body.linkId,
      reportId: id,
      createdAt: NOON,
      createdBy: 'admin',
      expiresAt: null,
      label: null,
    };
    expect(await linksOf()).toEqual({ links: [{ ...link, revoked: 0, accessCount: 0 }], count: 1 });
  });

  it('takes every field, and gives each link an id of its own', async () => {
    const first = await makeLink(app, id, {
      createdBy: ' ann ',
      expiresAt: '2026-02-28T12:00+02:00',
      label: ' review ',
    });
    later(clock, MINUTE_MS);
    const second = await makeLink(app, id, { label: ' ' });
    expect(first.linkId).not.toBe(second.linkId);
    const mine = { createdBy: 'ann', expiresAt: '2026-02-28T10:00:00.000Z', label: 'review' };
    const fresh = { reportId: id, revoked: 0, accessCount: 0 };
    const links = [
      {
        ...fresh,
        linkId: second.linkId,
        createdAt: clock.timestamp(),
        createdBy: 'admin',
        expiresAt: null,
        label: null,
      },
      { ...fresh, linkId: first.linkId, createdAt: NOON, ...mine },
    ];
    expect(await linksOf()).toEqual({ links, count: 2 });
  });

  it.each([
    [{}, { Host: 'internal:8080' }, 'http://internal:8080'],
    [{}, { Host: 'a.example', 'X-Forwarded-Host': 'b.example', 'X-Forwarded-Proto': 'https' }, 'http://a.example'],
    [
      { TRUST_PROXY: 'loopback' },
      { 'X-Forwarded-Host': 'b.example', 'X-Forwarded-Proto': 'https' },
      'https://b.example',
    ],
    [
      { PUBLIC_URL: 'https://c.example', TRUST_PROXY: 'true' },
      { 'X-Forwarded-Host': 'b.example' },
      'https://c.example',
    ],
  ])('with %j and %j leads to %s%s', async (env, headers, origin) => {
    await restart({ env });
    const { body } = await app.api.post(`/reports/${id}/share`).set(headers as Record<string, string>);
    expect(body.url).toBe(`${origin}/reports/share/${body.linkId}`);
    const page = await app.anonymous.get(`/reports/share/${body.linkId}`).set(headers as Record<string, string>);
    expect(page.text).toContain(`<meta property="og:image" content="${body.url}/og-image.svg" />`);
  });
});

describe('GET /reports/:id/shares', () => {
  it('gives everything exactly once page by page while links are made', async () => {
    const links = [await makeLink(app, id), await makeLink(app, id), await makeLink(app, id)];
    await makeLink(app, (await makeReport(app)).id);
    const pages = await walk(app, `/reports/${id}/shares?limit=2`, () => makeLink(app, id));
    const linkIds = pages.map(({ body }) => (body as LinkPage).links.map(({ linkId }) => linkId));
    const [a, b, c] = links.map(({ linkId }) => linkId);
    expect(linkIds).toEqual([[c, b], [a]]);
  });

  it('is empty for a report that was never shared', async () => {
    expect(await linksOf()).toEqual({ links: [], count: 0 });
  });
});

describe('GET /reports/share/:linkId', () => {
  it('shows the report to anyone, under a policy that runs nothing of it', async () => {
    const title = 'A "title" & <b>more</b>';
    const content = '# Found\n\nIt *leaks* & [more](https://a.example/).';
    const report = await makeReport(app, { title, author: "Ann's", tags: ['<x>', 'y'], content });
    const { linkId, url } = await makeLink(app, report.id);
    const response = await fetch(url);
    const html = await response.text();
    const escaped = 'A &quot;title&quot; &amp; &lt;b&gt;more&lt;/b&gt;';
    for (const part of [
      `<title>${escaped}</title>`,
      `<h1>${escaped}</h1>`,
      `<meta property="og:title" content="${escaped}" />`,
      `<meta property="og:description" content="It leaks &amp; more." />`,
      `<meta property="og:url" content="${app.url}/reports/share/${linkId}" />`,
      `<meta name="twitter:card" content="summary_large_image" />`,
      `<meta name="twitter:image" content="${app.url}/reports/share/${linkId}/og-image.svg" />`,
      `<time datetime="${NOON}">31 January 2026</time>`,
      '<li>&lt;x&gt;</li>',
      '<p>It <em>leaks</em> &amp; <a href="https://a.example/" rel="noopener nofollow ugc">more</a>.</p>',
    ]) {
      expect(html).toContain(part);
    }
    expect(html).not.toMatch(/ style=|<style|<script(?! type="module" src="\/ui\/static\/)/);
    expect([response.status, Object.fromEntries(response.headers)]).toEqual([
      200,
      expect.objectContaining({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex, nofollow',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; script-src 'self'; style-src 'self'; img-src/,
        ),
      }),
    ]);
    expect(response.headers.get('content-security-policy')).not.toMatch(/unsafe|\*|http:/);
    for (const [, asset] of html.matchAll(/(?:href|src)="(\/ui\/[^"]+)"/g)) {
      expect([asset, (await fetch(`${app.url}${asset}`)).status]).toEqual([asset, 200]);
    }
    expect((await fetch(`${app.url}/ui/static/mermaid-frame.html`)).status).toBe(200);
  });

  it('says the same of a link that is unknown, revoked, expired, or whose report is deleted', async () => {
    const [revoked, expired, past, orphan, open] = [
      await makeLink(app, id),
      await makeLink(app, id, { expiresAt: '2026-01-31T13:00:00Z' }),
      await makeLink(app, id, { expiresAt: '2020-01-01' }),
      await makeLink(app, (await makeReport(app)).id),
      await makeLink(app, id, { expiresAt: '2026-01-31T13:00:00.001Z' }),
    ];
    expect(
      await Promise.all([revoked, expired, past, orphan, open].map(async (link) => (await visit(link))[0])),
    ).toEqual([200, 200, 404, 200, 200]);
    await app.api.delete(`/reports/share/${revoked.linkId}`);
    later(clock, HOUR_MS);
    const { links } = (await linksOf()) as LinkPage;
    expect(links).toHaveLength(4);
    const all = (await app.api.get('/reports')).body.reports as { id: string }[];
    await app.api.delete(`/reports/${all.find((report) => report.id !== id)?.id}`);
    const nowhere = [
      revoked,
      expired,
      past,
      orphan,
      { linkId: 'x'.repeat(43) },
      { linkId: '__proto__' },
      { linkId: '%00' },
    ];
    const [unknown] = await Promise.all([visit({ linkId: 'unknown' })]);
    expect(unknown).toEqual([404, expect.stringContaining('<h1>No report here</h1>')]);
    for (const link of nowhere) {
      for (const path of ['', '/og-image.svg']) expect(await visit(link, {}, path)).toEqual(unknown);
    }
    const { headers } = await fetch(`${app.url}/reports/share/unknown`);
    expect([headers.get('cache-control'), headers.get('x-robots-tag')]).toEqual(['no-store', 'noindex, nofollow']);
    expect((await visit(open))[0]).toBe(200);
    later(clock, 1);
    expect(await visit(open)).toEqual(unknown);
    await restart();
    for (const link of nowhere) expect(await visit(link)).toEqual(unknown);
  });

  it('is open to nobody but for reading', async () => {
    const { linkId } = await makeLink(app, id);
    expect((await app.anonymous.delete(`/reports/share/${linkId}`)).status).toBe(401);
    expect((await app.anonymous.get(`/reports/share/${linkId}/access`)).status).toBe(401);
    expect((await app.anonymous.post(`/reports/share/${linkId}`)).status).toBe(401);
    expect((await app.anonymous.get(`/reports/${id}`)).status).toBe(401);
  });
});

describe('GET /reports/share/:linkId/og-image.svg', () => {
  it('draws the title, escaped, wrapped and cut', async () => {
    const title = `"<script>" & ${'word '.repeat(60)}\u0000\u{1f600}`;
    const report = await makeReport(app, { title, author: '<b>&', tags: ['<i>', 'x'.repeat(200)] });
    const { url } = await makeLink(app, report.id);
    const response = await fetch(`${url}/og-image.svg`);
    const svg = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/svg+xml; charset=utf-8']);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="1200" height="630"/);
    const lines = [...svg.matchAll(/<tspan [^>]*>([^<]*)<\/tspan>/g)].map(([, line]) => line);
    expect([lines.length, lines[0], lines[3]]).toEqual([
      4,
      '&quot;&lt;script&gt;&quot; &amp; word word word',
      expect.stringMatching(/…$/),
    ]);
    expect(svg).toContain('&lt;b&gt;&amp; · 31 January 2026');
    // eslint-disable-next-line no-control-regex -- XML has no such characters
    expect(svg).not.toMatch(/<script|<b>|<i>|\u0000/);
  });

  it('is not counted as a reading', async () => {
    const link = await makeLink(app, id);
    await visit(link, {}, '/og-image.svg');
    expect(await logOf(link)).toEqual({ log: [], count: 0 });
  });
});

describe('DELETE /reports/share/:linkId', () => {
  it('revokes the link at once, and once', async () => {
    const link = await makeLink(app, id);
    await visit(link);
    const first = await app.api.delete(`/reports/share/${link.linkId}`);
    expect([first.status, first.body, (await visit(link))[0]]).toEqual([200, { revoked: true }, 404]);
    const again = await app.api.delete(`/reports/share/${link.linkId}`);
    expect([again.status, again.body]).toEqual([400, { error: 'link already revoked' }]);
    expect(await linksOf()).toMatchObject({ links: [{ linkId: link.linkId, revoked: 1, accessCount: 1 }] });
    expect((await logOf(link)).count).toBe(1);
  });
});

describe('GET /reports/share/:linkId/access', () => {
  it('tells who read the page, newest first', async () => {
    const link = await makeLink(app, id);
    await visit(link, { headers: { 'User-Agent': 'a'.repeat(600), Referer: `https://a.example/${'r'.repeat(600)}` } });
    later(clock, MINUTE_MS);
    await app.anonymous.get(`/reports/share/${link.linkId}`).set('User-Agent', '');
    await visit(link, { method: 'HEAD' });
    const reading = { id: anId, linkId: link.linkId, reportId: id, ip: '127.0.0.1' };
    const userAgent = 'a'.repeat(512);
    expect(await logOf(link)).toEqual({
      log: [
        { ...reading, timestamp: clock.timestamp(), userAgent: null, referrer: null },
        { ...reading, timestamp: NOON, userAgent, referrer: `https://a.example/${'r'.repeat(494)}` },
      ],
      count: 2,
    });
    expect(await linksOf()).toMatchObject({ links: [{ accessCount: 2 }] });
  });

  it.each([
    [{}, '127.0.0.1'],
    [{ TRUST_PROXY: 'loopback' }, '198.51.100.7'],
    [{ TRUST_PROXY: '2' }, '203.0.113.9'],
  ])('with %j reads the address %s', async (env, ip) => {
    await restart({ env });
    const link = await makeLink(app, id);
    await visit(link, { headers: { 'X-Forwarded-For': '203.0.113.9, 198.51.100.7' } });
    expect((await logOf(link)).log).toMatchObject([{ ip }]);
  });

  it('keeps the latest 1,000 of each link, and counts all', async () => {
    const [link, other] = [await makeLink(app, id), await makeLink(app, id)];
    await visit(other);
    await inParallel(1005, 10, (i) => visit(link, { headers: { 'User-Agent': `v${i}` } }));
    await logOf(link);
    await visit(link, { headers: { 'User-Agent': 'last' } });
    const { log, count } = await logOf(link);
    expect([log.length, count, log[0]?.userAgent]).toEqual([1000, 1000, 'last']);
    const ids = log.map((access) => access.id);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    expect(await linksOf()).toMatchObject({
      links: [
        { linkId: other.linkId, accessCount: 1 },
        { linkId: link.linkId, accessCount: 1006 },
      ],
    });
    const pages = await walk(app, `/reports/share/${link.linkId}/access?limit=400`, () => visit(link));
    const walked = pages.flatMap(({ body }) => (body as LogPage).log.map((access) => access.id));
    // Meanwhile two more came, and the two oldest went.
    expect(walked).toEqual(ids.slice(0, walked.length));
    expect(walked.length).toBeGreaterThanOrEqual(998);
  }, 60_000);

  it('is kept over a restart, also what no flush has reached', async () => {
    const link = await makeLink(app, id);
    await visit(link);
    await restart();
    expect([await logOf(link), await linksOf()]).toMatchObject([{ count: 1 }, { links: [{ accessCount: 1 }] }]);
  });

  it('waits for a disk that is full; the page is shown meanwhile', async () => {
    const link = await makeLink(app, id);
    const database = app.app.get(ServicesDatabase);
    database.write('PRAGMA max_page_count = 1').get();
    const userAgent = 'x'.repeat(512);
    await inParallel(200, 10, async () => {
      expect((await visit(link, { headers: { 'User-Agent': userAgent } }))[0]).toBe(200);
    });
    expect((await logOf(link)).count).toBe(0);
    database.write('PRAGMA max_page_count = 1000000').get();
    await visit(link);
    expect([(await logOf(link)).count, await linksOf()]).toMatchObject([201, { links: [{ accessCount: 201 }] }]);
  });
});
