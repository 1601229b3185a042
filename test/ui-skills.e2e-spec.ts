import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, TestApp } from './support/app.js';
import { makeItem, makeSkill } from './support/make.js';
import { TestStream } from './support/stream.js';

const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)></textarea>`;

let app: TestApp;
let dataDir: string;
beforeAll(async () => {
  dataDir = temporaryFolder();
  app = await TestApp.start({ dataDir });
});
afterAll(async () => {
  await app.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const page = async (path: string) => (await app.api.get(path).set('Accept', 'text/html')).text;
const sync = (agentId: string, skills: object[], extensions: object[] = []) =>
  app.api.post('/skills/sync').send({ agentId, skills, extensions }).expect(200);

/** A row of a table, or an item of a list, as its words. */
function words(markup: string, key: string): string {
  const [, row = ''] = new RegExp(`<(?:tr|li)[^>]* data-key="${key}"[^>]*>(.*?)</(?:tr|li)>`, 's').exec(markup) ?? [];
  return row
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

// The first one: no change of another test waits to be told.
describe('GET /ui/live', () => {
  it('tells of changes of skills and of syncs', async () => {
    const stream = await TestStream.open(`${app.url}/ui/live`);
    await stream.take(1);
    await makeItem(app, 'extensions', { name: 'tool-box' });
    const [skills] = await stream.take(1);
    expect(skills?.data).toEqual({ skills: { revision: expect.any(Number), ids: ['extension/tool-box'] } });
    await sync('a-1', []);
    const [syncs] = await stream.take(1);
    expect(syncs?.data).toEqual({ syncs: { revision: expect.any(Number), ids: ['a-1'] } });
    stream.close();
  });
});

describe('GET /ui/skills', () => {
  it('tells of each skill its version, its state, and on how many agents it is, without reading contents', async () => {
    await makeSkill(app, { name: 'bisect', tags: ['git'], content: 'not on this page' });
    await makeSkill(app, { name: 'bisect' });
    await makeSkill(app, { name: 'rebase', enabled: false });
    await sync('a-1', [{ name: 'bisect', version: 2 }]);
    await sync('a-2', [
      { name: 'bisect', version: 1 },
      { name: 'rebase', version: 1 },
    ]);
    await sync('a-3', []);
    const text = await page('/ui/skills');
    expect(words(text, 'bisect')).toBe('bisect how to v2 Enabled 1 of 3 current · 1 behind git now');
    expect(words(text, 'rebase')).toBe('rebase how to v1 Disabled Still on 1 of 3 now');
    expect(text).not.toContain('not on this page');
  });

  it('filters by tag, by state and by kind', async () => {
    const names = async (query: string) =>
      [...(await page(`/ui/skills?${query}`)).matchAll(/data-row-link>([^<]*)</g)].map(([, name]) => name);
    expect(await names('tag=git')).toEqual(['bisect']);
    expect(await names('enabled=false')).toEqual(['rebase']);
    expect(await names('kind=extension')).toEqual(['tool-box']);
    expect((await app.api.get('/ui/skills?kind=banana')).status).toBe(400);
  });

  it('is had as a file, with the filters that are set', async () => {
    const { text } = await app.api.get('/ui/skills/export.ndjson?tag=git');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { name: string }).name),
    ).toEqual(['bisect']);
  });

  it('counts an agent once, by its latest report', async () => {
    await makeSkill(app, { name: 'again' });
    await sync('a-1', [
      { name: 'again', version: 9 },
      { name: 'again', version: 1 },
    ]);
    expect(words(await page('/ui/skills?tag='), 'again')).toContain('1 of 3 current now');
    await sync('a-1', []);
    expect(words(await page('/ui/skills'), 'again')).toContain('On no agent');
  });
});

describe('GET /ui/skills/:kind/:name', () => {
  it('shows the content as text, and who has it, the oldest versions first', async () => {
    for (let i = 0; i < 2; i += 1) await makeSkill(app, { name: 'hostile', content: HOSTILE, description: HOSTILE });
    await sync('ahead', [{ name: 'hostile', version: 2 }]);
    await sync('late', [{ name: 'hostile', version: 1 }]);
    const text = await page('/ui/skills/skill/hostile');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).not.toMatch(/<script>|<img/);
    const agents = [...text.matchAll(/<li data-key="([^"]*)">/g)].map(([, agent]) => agent);
    expect(agents).toEqual(['late', 'ahead']);
    expect(words(text, 'late')).toBe('late v1 now');
  });

  it('shows the first 100,000 characters of more', async () => {
    await makeSkill(app, { name: 'long', content: 'x'.repeat(100_000) + 'y' });
    const text = await page('/ui/skills/skill/long');
    expect([text.includes('x'.repeat(100_000)), text.includes('xy')]).toEqual([true, false]);
    expect(text).toContain('The first 100,000 are shown.');
  });

  it.each(['/ui/skills/skill/nobody', '/ui/skills/extension/bisect', '/ui/skills/banana/bisect'])(
    'is a page that says so when there is no such thing: %s',
    async (path) => {
      expect((await app.api.get(path)).status).toBe(404);
    },
  );
});

describe('GET /ui/skills/agents', () => {
  it('says of each agent how it stands to the hub', async () => {
    await makeSkill(app, { name: 'lag' });
    const { skills } = (await app.api.get('/skills/manifest')).body as { skills: { name: string; version: number }[] };
    await sync('fresh', skills, [{ name: 'tool-box', version: 1 }]);
    const stale = skills.slice(1).map((skill, i) => (i === 0 ? { ...skill, version: 77 } : skill));
    await sync('stale', [...stale, { name: 'mine', version: 1 }], []);
    const text = await page('/ui/skills/agents');
    expect(words(text, 'fresh')).toContain('fresh Up to date');
    expect(words(text, 'stale')).toContain('stale 1 behind 2 missing 1 to remove');
    const one = await page('/ui/skills/agents/stale');
    expect(words(one, 'skill/mine')).toBe('mine skill v1 – To remove');
    expect(words(one, 'extension/tool-box')).toBe('tool-box extension – v1 Missing');
    expect(words(one, `skill/${stale[0]?.name}`)).toMatch(/ skill v77 v\d+ Behind$/);
    expect((await app.api.get('/ui/skills/agents/nobody')).status).toBe(404);
  });
});

// The last one: it starts the application anew.
describe('reports of a version that did not index them', () => {
  it('are indexed at the start', async () => {
    await sync('veteran', [{ name: 'lag', version: 1 }]);
    await app.stop();
    const database = new Database(join(dataDir, 'services.sqlite'));
    database.exec("DROP TABLE hub_agent_items; DELETE FROM migrations WHERE name LIKE 'IndexAgentItems%'");
    database.close();
    app = await TestApp.start({ dataDir });
    expect(words(await page('/ui/skills/skill/lag'), 'veteran')).toBe('veteran v1 now');
  });
});
