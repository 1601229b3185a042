import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestApp } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { HOUR_MS, inParallel, later, make, makeEvent, MINUTE_MS, NOON } from './support/make.js';
import { TestStream } from './support/stream.js';
import { costs, sessionBody, tokens, vmBody } from './support/usage.js';

const DAY_MS = 24 * HOUR_MS;
const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;

let app: TestApp;
let clock: FakeClock;

beforeEach(async () => {
  clock = new FakeClock();
  app = await TestApp.start({ clock });
});
afterEach(() => app.stop());

const before = (milliseconds: number): string => new Date(Date.parse(NOON) - milliseconds).toISOString();
const page = (path: string) => app.api.get(path).set('Accept', 'text/html');
const part = async (path: string, name: string): Promise<string> => (await page(path).set('X-Parts', name)).text;
const wordsOf = (markup: string): string =>
  markup
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

function record(fields: object): Promise<unknown> {
  return make(app, '/usage/sessions', sessionBody(fields));
}

/** Each bar's tip: what it is of, its sum, and what that is made of. */
function tipsOf(markup: string): { name: string; total: string; parts: string[][] }[] {
  return [...markup.matchAll(/data-tip="([^"]*)"/g)].map(
    ([, json = '']) => JSON.parse(json.replaceAll('&quot;', '"')) as ReturnType<typeof tipsOf>[number],
  );
}

function tokenUpdate(fields: object, agent = 'teller'): Promise<unknown> {
  return makeEvent(app, { agent, type: 'token_update', detail: JSON.stringify({ agent, ...fields }) });
}

describe('GET /ui/usage', () => {
  it('adds up the range, by bucket and model, and says it in a table too', async () => {
    await record({ sessionId: '1', model: 'big', cost: costs(3), tokens: tokens(1000) });
    await record({ sessionId: '2', model: 'small', cost: costs(1), startedAt: before(HOUR_MS) });
    await record({ sessionId: '3', model: 'small', cost: costs(1), startedAt: before(2 * HOUR_MS) });
    await record({ sessionId: 'old', model: 'gone', startedAt: before(2 * DAY_MS) });
    await make(app, '/usage/vms', vmBody());
    const { text } = await page('/ui/usage?range=2h');
    expect(wordsOf(await part('/ui/usage?range=2h', 'totals'))).toMatch(/^Cost \$5\.00 .* Sessions 3 .* VMs made 1$/);
    expect(tipsOf(text)).toEqual([
      { name: 'Sat, Jan 31, 10:00', total: '$1', parts: [['2', 'small', '$1']] },
      { name: 'Sat, Jan 31, 11:00', total: '$1', parts: [['2', 'small', '$1']] },
      { name: 'Sat, Jan 31, 12:00', total: '$3', parts: [['1', 'big', '$3']] },
    ]);
    const rows = [...text.matchAll(/<tr data-key="2026.*?<\/tr>/gs)].map(([row]) => wordsOf(row));
    expect(rows).toEqual([
      'Sat, Jan 31, 12:00 $3.00 $3.00',
      'Sat, Jan 31, 11:00 $1.00 $1.00',
      'Sat, Jan 31, 10:00 $1.00 $1.00',
    ]);
    expect(text).not.toContain('gone');
  });

  it('takes bucket, measure and what to tell apart from the address', async () => {
    await record({ sessionId: '1', agent: 'ann', tokens: tokens(1500), startedAt: before(DAY_MS) });
    await record({ sessionId: '2', agent: 'bob', tokens: tokens(500) });
    const { text } = await page('/ui/usage?range=1d&bucket=day&by=agent&measure=tokens');
    expect(tipsOf(text)).toEqual([
      { name: 'Fri, Jan 30', total: '1.5K', parts: [['1', 'ann', '1.5K']] },
      { name: 'Sat, Jan 31', total: '500', parts: [['2', 'bob', '500']] },
    ]);
    expect(text).toMatch(/<a href="[^"]*range=1d[^"]*" aria-current="true">1d<\/a>/);
    expect(tipsOf((await page('/ui/usage?range=1h&by=none')).text)[1]?.parts).toHaveLength(1);
  });

  it('shows the 6 that used most, and the others as one', async () => {
    for (let i = 1; i <= 9; i += 1) await record({ sessionId: `${i}`, model: `m${i}`, cost: costs(i) });
    const [, now] = tipsOf((await page('/ui/usage?range=1h')).text);
    const largest = [9, 8, 7, 6, 5, 4].map((i, place) => [`${place + 1}`, `m${i}`, `$${i}`]);
    expect(now).toEqual({ name: 'Sat, Jan 31, 12:00', total: '$45', parts: [...largest, ['rest', 'Others', '$6']] });
  });

  it('has days where hours would be too many, and refuses what would be too many days', async () => {
    await record({ startedAt: before(80 * DAY_MS) });
    const { text } = await page('/ui/usage?range=90d&bucket=hour');
    expect(tipsOf(text)).toHaveLength(91);
    expect(text).toContain('<span title="Hours are too many in this range">Hours</span>');
    const { status, text: refusal } = await page('/ui/usage?range=9999d');
    expect([status, refusal]).toEqual([400, expect.stringContaining('range gives more than 750 rows')]);
  });

  it.each([
    ['range=soon', 'invalid range: must be a duration like 30m, 24h, 7d or 4w'],
    ['bucket=year', 'invalid bucket: year'],
    ['by=mood', 'invalid by: mood'],
    ['measure=love', 'invalid measure: love'],
  ])('says on a page what is wrong with its query: %s', async (query, sentence) => {
    const { status, text } = await page(`/ui/usage?${query}`);
    expect([status, text]).toEqual([400, expect.stringContaining(sentence)]);
  });

  it('places agents below who started them, and adds up what is below', async () => {
    await record({ sessionId: '1', agent: 'boss', cost: costs(1) });
    await record({ sessionId: '2', agent: 'mid', parentAgent: 'boss', cost: costs(2) });
    await record({ sessionId: '3', agent: 'low', parentAgent: 'mid', cost: costs(4) });
    await record({ sessionId: '4', agent: 'low', cost: costs(8), startedAt: before(MINUTE_MS) });
    const tree = await part('/ui/usage', 'agents');
    expect([...tree.matchAll(/<li data-key="([^"]*)">/g)].map(([, name]) => name)).toEqual(['boss', 'mid', 'low']);
    expect(wordsOf(tree)).toContain(
      'boss 1 sessions 61.5K tokens $1.00 $15.00 cost with all below Agents below boss ' +
        'mid 1 sessions 61.5K tokens $2.00 $14.00 cost with all below Agents below mid ' +
        'low 2 sessions 123.1K tokens $12.00 $12.00 cost with all below',
    );
  });

  it('says what would fill it when nothing was used', async () => {
    expect((await page('/ui/usage')).text).toContain(`curl ${app.url}/usage/sessions`);
  });

  it('prints names as text', async () => {
    await record({ sessionId: HOSTILE, agent: HOSTILE, parentAgent: HOSTILE, model: HOSTILE });
    await make(app, '/usage/vms', vmBody({ vmId: HOSTILE, agent: HOSTILE, commitId: HOSTILE }));
    await tokenUpdate({ tokensThisTurn: 60 }, HOSTILE);
    for (const path of ['/ui/usage', '/ui/usage?by=agent', '/ui/usage/sessions', '/ui/usage/vms']) {
      const { text } = await page(path);
      expect(text).not.toMatch(/<script>|<img|\sstyle=/);
      expect(text).toContain('&lt;script&gt;');
    }
  });
});

describe('tokens a second', () => {
  const speed = async (): Promise<string> => wordsOf(await part('/ui/usage', 'speed'));

  it('are the mean of the last minute, by agent, from before anybody asked on', async () => {
    await tokenUpdate({ tokensThisTurn: 600, outputTokens: 60 }, 'early');
    expect(await speed()).toMatch(/^10 tokens a second 1 written; .* early 10\/s$/);
    later(clock, 30_000);
    await tokenUpdate({ inputTokens: 1100, outputTokens: 100 }, 'late');
    expect(await speed()).toMatch(/^30 tokens a second 2\.7 written; .* late 20\/s early 10\/s$/);
    later(clock, 31_000);
    expect(await speed()).toMatch(/^20 tokens a second .* late 20\/s$/);
    later(clock, MINUTE_MS);
    expect(await speed()).toContain('No agent told of a turn');
  });

  it.each([
    'no json',
    'null',
    '[600]',
    '"600"',
    '{"tokensThisTurn":"600"}',
    '{"tokensThisTurn":-6}',
    '{"outputTokens":1e300}',
  ])('take no notice of the detail %s', async (detail) => {
    await speed();
    await makeEvent(app, { type: 'token_update', detail });
    await makeEvent(app, { type: 'token_update' });
    await makeEvent(app, { type: 'custom', detail: '{"tokensThisTurn":600}', metadata: { type: 'token_update' } });
    expect(await speed()).toMatch(/^0 tokens a second/);
  });

  it('and records are told to open pages', async () => {
    const stream = await TestStream.open(`${app.url}/ui/live`);
    const [hello] = await stream.take(1);
    const { tokens: revision, usage } = hello?.data as Record<string, number>;
    await tokenUpdate({ tokensThisTurn: 600 });
    const { id } = await make(app, '/usage/sessions', sessionBody());
    const told: Record<string, unknown> = {};
    while (!('usage' in told && 'tokens' in told)) Object.assign(told, (await stream.next())?.data);
    expect(told['tokens']).toEqual({ revision: Number(revision) + 1, ids: ['teller'] });
    expect(told['usage']).toEqual({ revision: Number(usage) + 1, ids: [id] });
    stream.close();
  });
});

describe('GET /ui/usage/sessions', () => {
  it('goes on by cursor to the last session, each once, filtered by agent and range', async () => {
    await inParallel(120, 20, (i) => record({ sessionId: `s${i}`, agent: 'ann', startedAt: before(i * MINUTE_MS) }));
    await record({ sessionId: 'other', agent: 'bob' });
    await record({ sessionId: 'old', agent: 'ann', startedAt: before(DAY_MS) });
    const seen: string[] = [];
    for (let path: string | undefined = '/ui/usage/sessions?agent=ann&range=12h'; path !== undefined;) {
      const { text } = await page(path);
      seen.push(...[...text.matchAll(/<code class="sub cut"[^>]*>([^<]*)/g)].map(([, id = '']) => id));
      path = /href="([^"]+)"[^>]*rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, i) => `s${i}`));
  });

  it('shows one session, and gives the list as a file', async () => {
    await record({ parentAgent: 'boss' });
    const { text } = await page('/ui/usage/sessions');
    expect(wordsOf(/<tr data-row.*?<\/tr>/s.exec(text)?.[0] ?? '')).toBe(
      'builder-1 session-1 boss claude-opus-4 14 19 1.2K 340 52K 8K $0.27 20m now',
    );
    const { status, text: csv } = await app.api.get('/ui/usage/sessions/export.csv?agent=builder-1');
    expect([status, csv.split('\r\n')[1]]).toEqual([
      200,
      expect.stringMatching(/^\w{26},session-1,builder-1,boss,claude-opus-4,1200,340,52000,8000,61540,0\.018,.*,14,"/),
    ]);
    expect((await app.api.get('/ui/usage/sessions/export.csv?agent=nobody')).text.split('\r\n')).toHaveLength(2);
  });
});

describe('GET /ui/usage/vms', () => {
  it('lists VMs by role and agent, with how long they lived, and gives them as a file', async () => {
    await make(
      app,
      '/usage/vms',
      vmBody({ vmId: 'ended', createdAt: before(3 * HOUR_MS), destroyedAt: before(HOUR_MS) }),
    );
    await make(
      app,
      '/usage/vms',
      vmBody({ vmId: 'golden', role: 'golden', commitId: 'c 1', createdAt: before(DAY_MS) }),
    );
    const { text } = await page('/ui/usage/vms');
    const rows = [...text.matchAll(/<tr data-row.*?<\/tr>/gs)].map(([row]) => wordsOf(row));
    expect(rows).toEqual(['ended worker builder-1 destroyed 2h 1h 3h', 'golden golden builder-1 c 1 running 1d 1d']);
    expect(text).toContain('href="/ui/commits/c%201"');
    const { text: filtered } = await page('/ui/usage/vms?role=golden&agent=builder-1');
    expect([...filtered.matchAll(/<tr data-row/g)]).toHaveLength(1);
    const { body } = await app.api.get('/ui/usage/vms/export.json?role=golden');
    expect(body).toEqual([expect.objectContaining({ vmId: 'golden', commitId: 'c 1' })]);
  });
});
