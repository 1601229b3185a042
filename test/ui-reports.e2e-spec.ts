import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { HOUR_MS, later } from './support/make.js';
import { makeLink, makeReport } from './support/reports.js';
import { TestStream } from './support/stream.js';

const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)></textarea>`;

let app: TestApp;
let clock: FakeClock;
beforeAll(async () => {
  clock = new FakeClock();
  app = await TestApp.start({ clock });
});
afterAll(() => app.stop());

const page = (path: string) => app.api.get(path).set('Accept', 'text/html');
const titles = (markup: string) => [...markup.matchAll(/data-row-link>([^<]*)</g)].map(([, title]) => title);

/** What is said of a link, without markup. */
function words(markup: string, linkId: string): string {
  const [, item = ''] = new RegExp(`<li[^>]* data-key="${linkId}"[^>]*>(.*?)</li>`, 's').exec(markup) ?? [];
  return item
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

// The first one: no change of another test waits to be told.
describe('GET /ui/live', () => {
  it('tells of reports, and of links that are made, read and revoked', async () => {
    const stream = await TestStream.open(`${app.url}/ui/live`);
    await stream.take(1);
    const next = async () => (await stream.take(1))[0]?.data;
    const change = (id: string) => ({ revision: expect.any(Number), ids: [id] });
    const { id } = await makeReport(app);
    expect(await next()).toEqual({ reports: change(id) });
    const { linkId } = await makeLink(app, id);
    expect(await next()).toEqual({ shares: change(id) });
    await app.anonymous.get(`/reports/share/${linkId}`);
    expect(await next()).toEqual({ shares: change(id) });
    await app.api.delete(`/reports/share/${linkId}`);
    expect(await next()).toEqual({ shares: change(id) });
    await app.api.delete(`/reports/${id}`);
    expect(await next()).toEqual({ reports: change(id) });
    stream.close();
  });
});

describe('GET /ui/reports', () => {
  it('lists reports newest first, by author and tag, and as a file', async () => {
    await makeReport(app, { title: 'first', author: 'ann', tags: ['weekly'] });
    await makeReport(app, { title: 'second', author: 'bob', tags: ['weekly'] });
    await makeReport(app, { title: 'third', author: 'ann' });
    expect(titles((await page('/ui/reports')).text)).toEqual(['third', 'second', 'first']);
    expect(titles((await page('/ui/reports?author=ann')).text)).toEqual(['third', 'first']);
    expect(titles((await page('/ui/reports?author=ann&tag=weekly')).text)).toEqual(['first']);
    const { text } = await app.api.get('/ui/reports/export.ndjson?author=ann');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { title: string }).title),
    ).toEqual(['third', 'first']);
  });
});

describe('GET /ui/report/:id', () => {
  it('shows the sanitised rendering; nothing of it can run', async () => {
    const content = `# Found\n\n${HOSTILE}\n\n[go](javascript:alert(1)) ![seen](https://example.org/a.png)`;
    const { id } = await makeReport(app, { title: HOSTILE, author: HOSTILE, tags: [HOSTILE], content });
    const { text, headers } = await page(`/ui/report/${id}`);
    const [, article = ''] = /<article class="report">(.*?)<\/article>/s.exec(text) ?? [];
    expect(article).toMatch(/<h1[^>]*>Found/);
    expect(article).toContain('src="https://example.org/a.png"');
    expect(text).not.toMatch(/<script(?![^>]*\ssrc="\/ui\/static\/)|<img src=x|href="javascript:/i);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'",
    );
  });

  it('is not compressed, for the links on it are secrets', async () => {
    const { id } = await makeReport(app);
    const { headers } = await page(`/ui/report/${id}`).set('Accept-Encoding', 'gzip, br');
    expect([headers['content-encoding'], headers['cache-control']]).toEqual([undefined, 'no-store']);
  });

  it('lists its share links with what is known of them', async () => {
    const { id } = await makeReport(app);
    const open = await makeLink(app, id, { label: 'for ann', createdBy: 'bob' });
    const expiresAt = later(clock, HOUR_MS);
    const expired = await makeLink(app, id, { expiresAt });
    const revoked = await makeLink(app, id, { label: 'too many' });
    await app.api.delete(`/reports/share/${revoked.linkId}`);
    await app.anonymous.get(`/reports/share/${open.linkId}`);
    await app.anonymous.get(`/reports/share/${open.linkId}`);
    const { text } = await page(`/ui/report/${id}`);
    expect(words(text, open.linkId)).toBe('for ann Open Copy by bob 1h never expires Read 2 times Revoke…');
    const day = expiresAt.slice(0, 10);
    expect(words(text, expired.linkId)).toBe(
      `Without a label Expired by admin now expired ${day} Not read yet Revoke…`,
    );
    expect(words(text, revoked.linkId)).toBe('too many Revoked by admin now never expires Not read yet');
    expect([text.includes(open.url), text.includes(revoked.url)]).toEqual([true, false]);
  });

  it('shows who read it through one link', async () => {
    const { id } = await makeReport(app);
    const { linkId } = await makeLink(app, id);
    await app.anonymous.get(`/reports/share/${linkId}`).set('User-Agent', `Browser ${HOSTILE}`);
    const { text } = await page(`/ui/report/${id}?link=${linkId}`);
    const [, readings = ''] = /<ol class="readings">(.*?)<\/ol>/s.exec(text) ?? [];
    expect(readings).toContain('Browser &quot;&#39;&gt;&lt;script&gt;');
    expect(text).not.toContain(HOSTILE);
    expect((await page(`/ui/report/${id}?link=nothing`)).status).toBe(404);
  });

  it('is a page that says so when there is no such report', async () => {
    const { status, text } = await page('/ui/report/nothing');
    expect([status, text]).toEqual([404, expect.stringContaining('report not found')]);
  });
});
