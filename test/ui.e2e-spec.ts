import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { brotliDecompressSync } from 'node:zlib';
import { TestApp, TOKEN } from './support/app.js';
import { makeEvent, makeTask, makeVm, NOON } from './support/make.js';
import { TestStream } from './support/stream.js';
import { UI_PAGES } from './support/ui-pages.js';

/** Each would run, or end the element that it stands in, if it were printed as it is. */
const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)></textarea>`;

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

const page = (path: string) => app.api.get(path).set('Accept', 'text/html');

/** Texts of the elements with this class, in order. */
function textsOf(markup: string, className: string): string[] {
  const elements = markup.matchAll(new RegExp(`<(\\w+)[^>]* class="${className}"[^>]*>([^<]*)</\\1>`, 'g'));
  return [...elements].map(([, , text = '']) => text.trim());
}

function titlesOf(markup: string): string[] {
  return [...markup.matchAll(/data-row-link>([^<]*)</g)].map(([, title = '']) => title);
}

describe('every page', () => {
  it.each(UI_PAGES)('$name answers with markup that may load and run nothing foreign', async ({ path }) => {
    const { status, type, headers, text } = await page(path);
    expect([status, type, headers['cache-control']]).toEqual([200, 'text/html', 'no-store']);
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|<style/);
    expect(text).toContain('aria-current="page"');
  });

  it.each(UI_PAGES)('$name needs a session or the token', async ({ path }) => {
    const { status, headers } = await app.anonymous.get(path).redirects(0);
    expect([status, headers['location']]).toEqual([302, '/ui/login']);
  });

  it('goes out compressed', async () => {
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Accept-Encoding': 'gzip, br' };
    const [answer] = (await once(httpGet(`${app.url}/ui/`, { headers }), 'response')) as [IncomingMessage];
    const bytes = Buffer.concat(await answer.toArray());
    expect(answer.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
    expect(brotliDecompressSync(bytes).toString()).toContain('</html>');
  });
});

describe('what agents wrote', () => {
  it('is text on every page', async () => {
    const task = await makeTask(app, { title: HOSTILE, createdBy: HOSTILE, assignee: HOSTILE, tags: [HOSTILE] });
    await app.api.post(`/board/tasks/${task.id}/notes`).send({ author: HOSTILE, content: HOSTILE, type: 'finding' });
    const artifacts = [{ type: 'url', url: `javascript:alert(1)//${HOSTILE}`, label: HOSTILE }];
    await app.api.post(`/board/tasks/${task.id}/review`).send({ summary: HOSTILE, artifacts });
    const metadata = { [HOSTILE]: HOSTILE };
    const event = await makeEvent(app, { agent: HOSTILE, summary: HOSTILE, detail: HOSTILE, metadata });
    await makeVm(app, { id: HOSTILE, name: HOSTILE, address: HOSTILE });
    const paths = [...UI_PAGES.map(({ path }) => path), `/ui/tasks/${task.id}`, `/ui/feed/${event.id}`];
    for (const path of [...paths, `/ui/tasks?assignee=${encodeURIComponent(HOSTILE)}`]) {
      const { status, text } = await page(path);
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toMatch(/<script>|<img|href="javascript:/i);
      expect(text).not.toContain(HOSTILE);
    }
    expect((await page(`/ui/tasks/${task.id}`)).text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
});

describe('GET /ui/', () => {
  it('shows the newest 10 tasks of each status, how many there are, and where the rest is', async () => {
    for (let i = 1; i <= 27; i += 1) await makeTask(app, { title: `blocked ${i}`, status: 'blocked' });
    const { text } = await page('/ui/');
    const column = /<section class="column is-blocked".*?<\/section>/s.exec(text)?.[0] ?? '';
    expect(titlesOf(column)).toEqual(Array.from({ length: 10 }, (_, i) => `blocked ${27 - i}`));
    expect(textsOf(column, 'column-count')).toEqual(['27']);
    expect(column).toContain('href="/ui/tasks?status=blocked"');
  });

  it('filters the board by the query', async () => {
    await makeTask(app, { title: 'mine', assignee: 'filter-me', tags: ['filtered'] });
    await makeTask(app, { title: 'not mine', tags: ['filtered'] });
    const { text } = await page('/ui/?assignee=filter-me&tag=filtered');
    expect(titlesOf(/class="board".*?<\/ol>\s*<\/section>\s*<\/div>/s.exec(text)?.[0] ?? '')).toEqual(['mine']);
    expect(text).toContain('value="filter-me"');
  });

  it('gives only the parts that are asked for', async () => {
    const { text } = await page('/ui/').set('X-Parts', 'agents,nothing');
    expect(text).toMatch(/^<div class="part" data-part="agents" data-live="registry heartbeats">/);
    expect(text).not.toContain('<html');
    expect(text.match(/data-part=/g)).toHaveLength(1);
  });
});

describe('GET /ui/?task=', () => {
  it('has the task beside the board, and says when there is none', async () => {
    const task = await makeTask(app, { title: 'in place', description: 'right here' });
    const { text } = await page(`/ui/?task=${task.id}&tag=x`);
    const drawer = /<dialog class="drawer"[^>]* open>.*/s.exec(text)?.[0] ?? '';
    for (const words of ['right here', `href="/ui/tasks/${task.id}"`, 'href="/ui/?tag=x"'])
      expect(drawer).toContain(words);
    const { status, text: gone } = await page('/ui/?task=nothing');
    expect([status, gone]).toEqual([200, expect.stringContaining('This task is not on the board')]);
    expect((await page('/ui/')).text).toContain('<div class="part" data-part="task" data-live="board:"></div>');
  });
});

describe('GET /ui/tasks', () => {
  it('goes on by cursor to the last task, each once', async () => {
    const made: string[] = [];
    for (let i = 0; i < 120; i += 1)
      made.push((await makeTask(app, { title: `t${i}`, tags: ['paged'] }))['title'] as string);
    const seen: string[] = [];
    for (let path: string | undefined = '/ui/tasks?tag=paged'; path !== undefined;) {
      const { text } = await page(path);
      seen.push(...titlesOf(text));
      path = /href="([^"]+)"[^>]*rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toEqual(made.reverse());
  });

  it.each([
    ['status=banana', 'invalid status: banana'],
    ['cursor=nonsense', 'invalid cursor'],
    ['status=open&status=done', 'status must be given only once'],
  ])('says on a page what is wrong with its query: %s', async (query, sentence) => {
    const { status, text, headers } = await page(`/ui/tasks?${query}`);
    expect(status).toBe(400);
    expect(text).toContain(sentence);
    expect(text).toContain(headers['x-request-id']);
  });

  it('says what would fill it when it is empty', async () => {
    const { text } = await page('/ui/tasks?tag=nobody-has-this');
    expect(text).toContain(`curl ${app.url}/board/tasks`);
    expect(text).toContain('&quot;tags&quot;:[&quot;nobody-has-this&quot;]');
  });
});

describe('GET /ui/tasks/:id', () => {
  it('shows what is known of a task, and every change', async () => {
    const before = await makeTask(app, { title: 'the ground' });
    const task = await makeTask(app, { title: 'the tower', dependencies: [before.id, 'gone'], description: 'high' });
    const path = `/board/tasks/${task.id}`;
    await app.api.post(`${path}/notes`).send({ author: 'mason', content: 'needs stones', type: 'blocker' });
    await app.api.patch(path).send({ status: 'blocked', assignee: 'mason' });
    await app.api.patch(path).send({ assignee: null });
    const { text } = await page(`/ui/tasks/${task.id}`);
    for (const words of ['the tower', 'high', 'the ground', 'gone', 'not on the board']) expect(text).toContain(words);
    const history = /<ol class="changes">.*?<\/ol>/s.exec(text)?.[0] ?? '';
    expect([...history.matchAll(/<li>([^<]+)<\/li>/g)].map(([, line]) => line)).toEqual([
      'Assignee taken away',
      'Status → Blocked',
      'Assignee → mason',
      'Note (blocker): needs stones',
      'Created',
      'Description → high',
      'Status → Open',
      `Builds on → ${before.id}, gone`,
    ]);
  });

  it('is a page that says so when there is no such task', async () => {
    const { status, text } = await page('/ui/tasks/nothing');
    expect([status, text]).toEqual([404, expect.stringContaining('task not found')]);
  });
});

describe('GET /ui/review', () => {
  it('lists what waits, with what was said last', async () => {
    const task = await makeTask(app, { title: 'judge me' });
    await app.api.post(`/board/tasks/${task.id}/review`).send({ summary: 'all done', reviewedBy: 'mason' });
    const { text } = await page('/ui/review');
    expect(titlesOf(text)[0]).toBe('judge me');
    expect(text).toContain('all done');
    await app.api.post(`/board/tasks/${task.id}/approve`).send({});
    expect(titlesOf((await page('/ui/review')).text)).not.toContain('judge me');
  });
});

describe('GET /ui/feed', () => {
  it('filters by agent and type, newest first', async () => {
    await makeEvent(app, { agent: 'teller', type: 'finding', summary: 'first' });
    await makeEvent(app, { agent: 'teller', type: 'custom', summary: 'other' });
    await makeEvent(app, { agent: 'teller', type: 'finding', summary: 'second' });
    const { text } = await page('/ui/feed?agent=teller&type=finding');
    expect(titlesOf(text)).toEqual(['second', 'first']);
  });

  it('shows one event whole', async () => {
    const event = await makeEvent(app, { detail: ' line one\nline two', metadata: { deep: { down: 1 } } });
    const { text } = await page(`/ui/feed/${event.id}`);
    expect(text).toContain(' line one\nline two');
    expect(text).toContain('&quot;down&quot;: 1');
    expect((await page('/ui/feed/nothing')).status).toBe(404);
  });

  it('names a custom event as it names itself', async () => {
    const kinds = ['lease_expired', '<b>bold</b>', 'x'.repeat(41), 7];
    for (const kind of kinds) await makeEvent(app, { agent: 'namer', type: 'custom', metadata: { kind } });
    const { text } = await page('/ui/feed?agent=namer');
    const names = [...text.matchAll(/<span class="event-type is-custom">([^]*?)<\/span>/g)].map(([, name]) => name);
    expect(names).toEqual(['custom', 'custom', '&lt;b&gt;bold&lt;/b&gt;', 'lease expired']);
  });
});

describe('GET /ui/search', () => {
  it('finds tasks by a part of their title and agents by a part of their name', async () => {
    const task = await makeTask(app, { title: 'Untangle the Zephyr' });
    await makeEvent(app, { agent: 'zephyr-1' });
    const { body } = await app.api.get('/ui/search').query({ q: 'zeph' });
    expect(body).toEqual({
      found: [
        { kind: 'Task · Open', title: 'Untangle the Zephyr', path: `/ui/tasks/${task.id}` },
        { kind: 'Agent', title: 'zephyr-1', path: '/ui/feed?agent=zephyr-1' },
      ],
    });
    expect((await app.api.get('/ui/search').query({ q: '%' })).body).toEqual({ found: [] });
    expect((await app.api.get('/ui/search')).body).toEqual({ found: [] });
  });
});

describe('GET /ui/live', () => {
  interface BoardChange {
    revision: number;
    ids: string[] | null;
  }

  /** What comes of other topics meanwhile is passed over. */
  async function nextBoardChange(stream: TestStream): Promise<BoardChange> {
    for (;;) {
      const message = await stream.next();
      if (!message) throw new Error('the stream has ended');
      const { board } = message.data as { board?: BoardChange };
      if (message.event === 'changed' && board) return board;
    }
  }

  const cursorOf = (text: string): string => /data-cursor="(\w+)"/.exec(text)?.[1] ?? '';

  it('tells of each event once, as a row, from where the page was read', async () => {
    await makeEvent(app);
    const { text } = await page('/ui/');
    const event = await makeEvent(app, { agent: 'live-1', summary: 'a < b' });
    const stream = await TestStream.open(`${app.url}/ui/live?since=${cursorOf(text)}`);
    const [hello, told] = await stream.take(2);
    expect(hello).toEqual({ event: 'hello', data: expect.objectContaining({ board: expect.any(Number) }) });
    expect(told).toEqual({
      id: event.id,
      data: {
        agent: 'live-1',
        type: 'custom',
        timestamp: event['timestamp'],
        row: expect.stringContaining('a &lt; b'),
      },
    });
    stream.close();
  });

  it('tells which tasks changed, some together, and what that made of the revision', async () => {
    const stream = await TestStream.open(`${app.url}/ui/live`);
    // What tests before this one changed is told first.
    const { id: marker } = await makeTask(app);
    let told = await nextBoardChange(stream);
    while (!told.ids?.includes(marker)) told = await nextBoardChange(stream);
    const before = told.revision;
    const [one, two] = [await makeTask(app), await makeTask(app)];
    await app.api.post(`/board/tasks/${one.id}/bump`);
    const ids: unknown[] = [];
    let revision = before;
    // One message where the three changes came within its time, as they do on a machine that is not busy.
    while (revision < before + 3) {
      const change = await nextBoardChange(stream);
      ids.push(...(change.ids ?? []));
      revision = change.revision;
    }
    expect([revision, [...new Set(ids)]]).toEqual([before + 3, [one.id, two.id]]);
    const { text } = await page('/ui/');
    expect(text).toContain(`&quot;board&quot;:${before + 3}`);
    stream.close();
  });

  it('does not name more things than somebody would look at', async () => {
    const stream = await TestStream.open(`${app.url}/ui/live`);
    await stream.take(1);
    await Promise.all(Array.from({ length: 150 }, () => makeTask(app)));
    const told: (string[] | null)[] = [];
    for (let count = 0; count < 150 && !told.includes(null);) {
      const { ids } = await nextBoardChange(stream);
      told.push(ids);
      count += ids?.length ?? 0;
    }
    expect(Math.max(...told.map((ids) => ids?.length ?? 0))).toBeLessThanOrEqual(100);
    stream.close();
  });

  it('begins anew with the newest 500 events for one that missed more', async () => {
    const first = await makeEvent(app);
    const events = [];
    for (let i = 0; i < 510; i += 1) events.push(await makeEvent(app, { summary: `e${i}` }));
    const stream = await TestStream.open(`${app.url}/ui/live?since=${first.id}`);
    const [, reset, ...rest] = await stream.take(502);
    expect(reset).toEqual({ event: 'reset', data: {} });
    expect(rest.map(({ id }) => id)).toEqual(events.slice(-500).map(({ id }) => id));
    stream.close();
  });

  it('is closed to strangers, and refuses what is no event id', async () => {
    expect((await app.anonymous.get('/ui/live').redirects(0)).status).toBe(302);
    expect((await app.api.get(`/ui/live?since=${NOON}`)).status).toBe(400);
  });
});
