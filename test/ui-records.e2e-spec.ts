import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestApp } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { HOUR_MS, later, make, makeCommit, MINUTE_MS } from './support/make.js';
import { TestStream } from './support/stream.js';

const DAY_MS = 24 * HOUR_MS;
/** Would run, or end the element that it stands in, if it were printed as it is. */
const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)></textarea>`;

let app: TestApp;
let clock: FakeClock;

beforeEach(async () => {
  clock = new FakeClock();
  app = await TestApp.start({ clock });
});
afterEach(() => app.stop());

const page = (path: string) => app.api.get(path).set('Accept', 'text/html');

async function read(path: string): Promise<string> {
  const { status, text } = await page(path);
  expect([path, status]).toEqual([path, 200]);
  return text;
}

/** The days of a list with the texts of their entries, as they stand on the page. */
function daysOf(markup: string): Record<string, string[]> {
  const sections = [...markup.matchAll(/<section class="day" data-key="([^"]+)".*?<\/section>/gs)];
  return Object.fromEntries(sections.map(([section, date = '']) => [date, textsOf(section)]));
}

function textsOf(markup: string): string[] {
  return [...markup.matchAll(/<div class="entry-text">([^<]*)/g)].map(([, text = '']) => text);
}

/** Addresses of the links that say this. */
function linksOf(markup: string, words: string): string[] {
  const links = [...markup.matchAll(/<a [^>]*?href="([^"]*)"[^>]*>([^<]*)<\/a>/g)];
  return links.filter(([, , text]) => text === words).map(([, href = '']) => href.replaceAll('&amp;', '&'));
}

const shownRange = (markup: string): string | undefined => /aria-current="true">([^<]*)/.exec(markup)?.[1];

describe('GET /ui/log', () => {
  it('shows the last 24 hours by day, newest first', async () => {
    await make(app, '/log', { text: 'too old' });
    later(clock, DAY_MS + MINUTE_MS);
    await make(app, '/log', { text: 'yesterday' });
    later(clock, 23 * HOUR_MS);
    await make(app, '/log', { text: 'first' });
    await make(app, '/log', { text: 'second' });
    const text = await read('/ui/log');
    expect(daysOf(text)).toEqual({ '2026-02-02': ['second', 'first'], '2026-02-01': ['yesterday'] });
    expect([...text.matchAll(/class="day-name"[^>]*>(.*?)<\/h2>/g)].map(([, name]) => name)).toEqual([
      'Today <span>2 February 2026</span>',
      'Yesterday <span>1 February 2026</span>',
    ]);
    expect(text).toContain('title="2026-02-02 11:01:00.000 UTC">11:01:00</time>');
  });

  it('takes a range and an agent, and says which', async () => {
    for (const agent of ['ann', 'bob', undefined]) await make(app, '/log', { text: `of ${agent}`, agent });
    later(clock, 3 * DAY_MS);
    const week = await read('/ui/log?last=7d&agent=ann');
    expect([textsOf(week), shownRange(week)]).toEqual([['of ann'], '7 days']);
    expect(week).toContain('name="last" value="7d"');
    const [all = ''] = linksOf(week, 'All');
    const everything = await read(all);
    expect([textsOf(everything), shownRange(everything)]).toEqual([['of ann'], 'All']);
    const since = await read('/ui/log?since=2026-01-31T12:00&until=2026-02-01T10:30:15Z');
    expect([textsOf(since), shownRange(since)]).toEqual([['of undefined', 'of bob', 'of ann'], undefined]);
    expect(since).toContain('name="since" value="2026-01-31T12:00"');
    expect(since).toContain('name="until" value="2026-02-01T10:30:15"');
    expect(textsOf(await read('/ui/log?last=24h'))).toEqual([]);
  });

  it('leads to the same entries as plain text', async () => {
    await make(app, '/log', { text: 'of ann', agent: 'ann' });
    await make(app, '/log', { text: 'of bob', agent: 'bob' });
    const [link = ''] = linksOf(await read('/ui/log?agent=bob&last=7d'), 'Plain text');
    expect(link).toBe('/ui/api/log/raw?agent=bob&last=7d');
    expect((await app.api.get(link.replace('/ui/api', ''))).text).toMatch(/^\[[^\]]+\] \(bob\) of bob\n$/);
  });

  it('leads from each time to what was there until then', async () => {
    await make(app, '/log', { text: 'before' });
    const { timestamp } = await make(app, '/log', { text: 'then' });
    later(clock, MINUTE_MS);
    await make(app, '/log', { text: 'after' });
    const text = await read('/ui/log?last=1h');
    expect(text).toContain(`href="/ui/log?until=${encodeURIComponent(timestamp as string)}"`);
    expect(textsOf(await read(`/ui/log?until=${timestamp as string}`))).toEqual(['then', 'before']);
  });

  it('goes on by cursor to the oldest, each once', async () => {
    const made: string[] = [];
    for (let i = 0; i < 230; i += 1) made.unshift((await make(app, '/log', { text: `t${i}` }))['text'] as string);
    const pages: string[][] = [];
    for (let path: string | undefined = '/ui/log'; path !== undefined;) {
      const text: string = await read(path);
      pages.push(textsOf(text));
      path = linksOf(text, 'Older')[0];
    }
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 30]);
    expect(pages.flat()).toEqual(made);
  });

  it('shows the beginning of a long text, and where all of it is', async () => {
    const { timestamp } = await make(app, '/log', { text: 'x'.repeat(500_000) });
    const text = await read('/ui/log');
    expect(text.length).toBeLessThan(30_000);
    expect(textsOf(text)).toEqual([`${'x'.repeat(1000)}… `]);
    const at = String(timestamp);
    expect(linksOf(text, 'All 500,000 characters')).toEqual([`/ui/api/log/raw?since=${at}&until=${at}`]);
  });

  it('is told of new entries', async () => {
    expect(await read('/ui/log')).toContain('data-part="list" data-live="log"');
    const stream = await TestStream.open(`${app.url}/ui/live`);
    await stream.take(1);
    const { id } = await make(app, '/log', { text: 'news' });
    const [changed] = await stream.take(1);
    expect(changed).toEqual({ event: 'changed', data: { log: { revision: expect.any(Number), ids: [id] } } });
    const part = await page('/ui/log').set('X-Parts', 'list');
    expect(textsOf(part.text)).toEqual(['news']);
    stream.close();
  });

  it.each([
    ['last=soon', 'invalid last: must be a duration like 30m, 24h, 7d or 4w'],
    ['since=yesterday', 'invalid since: must be an ISO 8601 date or time'],
    ['cursor=nonsense', 'invalid cursor'],
    ['agent=a&agent=b', 'agent must be given only once'],
  ])('says what is wrong with its query: %s', async (query, sentence) => {
    const { status, text } = await page(`/ui/log?${query}`);
    expect([status, text]).toEqual([400, expect.stringContaining(sentence)]);
  });

  it('says what would fill it when it is empty', async () => {
    const text = await read("/ui/log?agent=o'hara");
    expect(text).toContain(`curl ${app.url}/log`);
    expect(text).toContain(String.raw`&quot;agent&quot;:&quot;o&#39;\&#39;&#39;hara&quot;`);
  });
});

describe('GET /ui/journal', () => {
  it('shows author, mood and tags, and leads from them to their like', async () => {
    await make(app, '/journal', { text: 'calm', author: 'Ann', mood: 'relieved', tags: ['design', 'a&b'] });
    await make(app, '/journal', { text: 'stuck', author: 'bob', tags: ['Design'] });
    const text = await read('/ui/journal?last=7d');
    expect(daysOf(text)).toEqual({ '2026-01-31': ['stuck', 'calm'] });
    expect(text).toContain('title="Mood">relieved</span>');
    expect(linksOf(text, 'Ann')).toEqual(['/ui/journal?last=7d&author=Ann']);
    expect(linksOf(text, '#a&amp;b')).toEqual(['/ui/journal?last=7d&tag=a%26b']);
    expect(textsOf(await read('/ui/journal?last=7d&tag=design'))).toEqual(['stuck', 'calm']);
    expect(textsOf(await read('/ui/journal?tag=design&author=ANN'))).toEqual(['calm']);
    expect(linksOf(await read('/ui/journal?tag=design'), 'Plain text')).toEqual(['/ui/api/journal/raw?tag=design']);
  });

  it('is told of new entries', async () => {
    expect(await read('/ui/journal')).toContain('data-part="list" data-live="journal"');
  });

  it('says what would fill it when it is empty', async () => {
    const text = await read('/ui/journal?tag=none');
    expect(text).toContain(`curl ${app.url}/journal`);
    expect(text).toContain('&quot;tags&quot;:[&quot;none&quot;]');
  });
});

describe('GET /ui/commits', () => {
  const commitsOf = (markup: string): string[] =>
    [...markup.matchAll(/data-row-link>([^<]*)</g)].map(([, title = '']) => title);

  it('lists commits, newest first, by each filter', async () => {
    await makeCommit(app, {
      commitId: 'c-1',
      label: 'golden',
      agent: 'ann',
      tags: ['t'],
      metadata: { branch: 'main' },
    });
    later(clock, HOUR_MS);
    await makeCommit(app, { commitId: 'c-2', vmId: 'vm-2', agent: 'bob' });
    const text = await read('/ui/commits');
    expect(commitsOf(text)).toEqual(['c-2', 'golden']);
    expect(text).toContain('title="branch: main">branch <b>main</b>');
    const filters = ['label=golden', 'agent=ann', 'tag=t', 'vmId=vm-1', 'since=2026-01-31T12:30'];
    const found = await Promise.all(filters.map((filter) => read(`/ui/commits?${filter}`)));
    expect(found.map(commitsOf)).toEqual([['golden'], ['golden'], ['golden'], ['golden'], ['c-2']]);
  });

  it('is told of commits that come and go', async () => {
    expect(await read('/ui/commits')).toContain('data-part="list" data-live="commits"');
    const stream = await TestStream.open(`${app.url}/ui/live`);
    await stream.take(1);
    const told = (id: string) => ({ event: 'changed', data: { commits: { revision: expect.any(Number), ids: [id] } } });
    const { id } = await makeCommit(app);
    expect(await stream.take(1)).toEqual([told(id)]);
    await app.api.delete('/commits/c-1');
    expect(await stream.take(1)).toEqual([told(id)]);
    stream.close();
  });

  it('says what would fill it when it is empty', async () => {
    expect(await read('/ui/commits?label=none')).toContain('&quot;label&quot;:&quot;none&quot;');
  });

  it('shows one commit with all that is known of it', async () => {
    const commitId = 'c/1 & ?';
    await makeCommit(app, { commitId, agent: 'ann', tags: ['t&t'], metadata: { deep: { down: [1] } } });
    const path = /href="([^"]+)" data-row-link/.exec(await read('/ui/commits'))?.[1] ?? '';
    const text = await read(path);
    for (const words of ['c/1 &amp; ?', 'vm-1', 'ann', 't&amp;t', '&quot;down&quot;: [']) expect(text).toContain(words);
    const { status, text: missing } = await page('/ui/commits/nothing');
    expect([status, missing]).toEqual([404, expect.stringContaining('Commit not found')]);
  });
});

describe('what agents wrote', () => {
  it('is text on every page', async () => {
    await make(app, '/log', { text: HOSTILE, agent: HOSTILE });
    await make(app, '/journal', { text: HOSTILE, author: HOSTILE, mood: HOSTILE, tags: [HOSTILE] });
    const metadata = { [HOSTILE]: HOSTILE };
    await makeCommit(app, {
      commitId: HOSTILE,
      vmId: HOSTILE,
      label: HOSTILE,
      agent: HOSTILE,
      tags: [HOSTILE],
      metadata,
    });
    const query = encodeURIComponent(HOSTILE);
    const paths = ['/ui/log', `/ui/log?agent=${query}`, '/ui/journal', `/ui/journal?author=${query}&tag=${query}`];
    for (const path of [...paths, '/ui/commits', `/ui/commits?label=${query}`, `/ui/commits/${query}`]) {
      const text = await read(path);
      expect(text).not.toMatch(/<script>|<img|\son\w+=(?!alert\(1\)&gt;)/i);
      expect(text).not.toContain(HOSTILE);
      expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    }
  });
});
