import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, TestApp } from './support/app.js';
import {
  AT,
  CHANGES,
  EVENTS,
  ID,
  legacyFiles,
  lines,
  LEGACY_NAMES,
  LEGACY_SERVED,
  SESSIONS_TABLE,
  sessionServed,
  sessionValues,
  served,
  SKILLS,
  SERVED_TASKS,
  TASKS,
  VM_TABLE,
  VMS,
  writeDuck,
  writeFiles,
  writeLegacy,
  writeLinks,
  writeSqlite,
  writeUsage,
} from './support/legacy.js';
import { makeCommit, makeEvent, makeItem, makeSkill, makeTask, makeVm, TASK_DEFAULTS } from './support/make.js';
import { TestStream } from './support/stream.js';

let dataDir: string;
let running: TestApp | undefined;

beforeEach(() => {
  dataDir = temporaryFolder();
});

afterEach(async () => {
  await stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const file = (name: string): string => join(dataDir, name);
const folder = (): string[] => readdirSync(dataDir).sort();

async function start(): Promise<TestApp> {
  return (running = await TestApp.start({ dataDir }));
}

async function stop(): Promise<void> {
  await running?.stop();
  running = undefined;
}

function app(): TestApp {
  if (!running) throw new Error('nothing runs');
  return running;
}

async function restart(meanwhile: () => void = () => undefined): Promise<TestApp> {
  await stop();
  meanwhile();
  return start();
}

/** What the start says that does not come about, and that it left the predecessor's files as they were. */
async function refusal(): Promise<string> {
  const own = /^(index|services|lock)\.sqlite/;
  const contents = (): [string, string][] =>
    folder()
      .filter((name) => !own.test(name) && !name.endsWith('.wal'))
      .map((name) => [name, readFileSync(file(name), 'latin1')]);
  const before = contents();
  const error = await start().then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );
  expect([error?.name, contents()]).toEqual(['StartError', before]);
  return error?.message.replaceAll(dataDir, '') ?? '';
}

function first<T>([item]: T[]): T {
  if (item === undefined) throw new Error('an empty list');
  return item;
}

const without = (known: object, ...names: string[]): object =>
  Object.fromEntries(Object.entries(known).filter(([name]) => !names.includes(name)));

const get = async (path: string): Promise<unknown> => (await app().api.get(path)).body as unknown;

describe('a predecessor’s data folder', () => {
  beforeEach(async () => {
    await writeLegacy(dataDir);
  });

  it('is served whole, with its ids', async () => {
    expect(await served(await start())).toEqual(LEGACY_SERVED);
  });

  it('is served the same after the next start, and after the index was deleted', async () => {
    await start();
    expect(await served(await restart())).toEqual(LEGACY_SERVED);
    expect(await served(await restart(() => rmSync(file('index.sqlite'))))).toEqual(LEGACY_SERVED);
  });

  it('keeps its files as they were, under other names', async () => {
    const before = LEGACY_NAMES.map((name) => readFileSync(file(name), 'latin1'));
    await start();
    expect(LEGACY_NAMES.map((name) => readFileSync(file(`${name}.imported`), 'latin1'))).toEqual(before);
    await restart();
    await stop();
    expect(folder()).toEqual(
      [
        ...LEGACY_NAMES.map((name) => `${name}.imported`),
        ...['board.jsonl', 'feed.jsonl', 'journal.jsonl', 'log.jsonl', 'registry.jsonl'],
        ...['index.sqlite', 'services.sqlite', 'lock.sqlite', 'usage.duckdb'],
      ].sort(),
    );
  });

  it('goes on with ids that are larger than all of it', async () => {
    await start();
    for (const made of [await makeTask(app()), await makeEvent(app())]) {
      expect(made.id > ID(99)).toBe(true);
    }
  });

  it('can be gone back to and taken over again', async () => {
    await start();
    await makeTask(app());
    const own = /^(board|registry|feed|log|journal)\.jsonl$|\.sqlite|^usage\.duckdb$/;
    await restart(() => {
      for (const name of folder().filter((known) => own.test(known))) rmSync(file(name));
      for (const name of folder()) renameSync(file(name), file(name.replace('.imported', '')));
    });
    expect(await served(app())).toEqual(LEGACY_SERVED);
  });

  it('can be changed like everything else', async () => {
    const { api } = await start();
    const steps = [
      await api.post(`/board/tasks/${ID(10)}/approve`).send({ approvedBy: 'ann' }),
      await api.get(`/board/tasks/${ID(10)}/history`),
      await api.post('/registry/vms/vm-1/heartbeat'),
      await api.delete('/registry/vms/vm-1'),
      await api.delete('/commits/c-1'),
      await api.delete('/skills/items/review'),
      await api.delete('/feed/events'),
    ];
    expect(steps.map(({ status }) => status)).toEqual(steps.map(() => 200));
    expect(steps[0]?.body).toMatchObject({ status: 'done', score: 4, notes: [TASKS[0]?.notes[0], { author: 'ann' }] });
    expect(steps[1]?.body).toMatchObject({ count: 2, changes: [{ id: ID(10), by: 'ann' }, { by: 'ann' }] });
  });

  it('lets versions go on, also of names that were deleted', async () => {
    await start();
    const versions = [];
    for (const name of ['review', 'gone', 'new']) versions.push((await makeSkill(app(), { name }))['version']);
    versions.push((await makeItem(app(), 'extensions', { name: 'tools' }))['version']);
    expect(versions).toEqual([4, 8, 1, 3]);
  });

  it('has its log of changes as the history of the stream', async () => {
    const { url } = await start();
    const stream = await TestStream.open(`${url}/skills/stream?since=${ID(22)}`);
    const replayed = await stream.take(2);
    await makeSkill(app(), { name: 'next' });
    const live = await stream.next();
    stream.close();
    expect([...replayed.map(({ data }) => data), live?.data]).toEqual([
      ...CHANGES.slice(1),
      expect.objectContaining({ name: 'next', action: 'publish' }),
    ]);
  });

  it('streams its events to those who come back', async () => {
    const { url } = await start();
    const stream = await TestStream.open(`${url}/feed/stream`, { 'Last-Event-ID': ID(30) });
    expect(await stream.next()).toEqual({ id: ID(31), data: EVENTS[1] });
    stream.close();
  });
});

describe('a start', () => {
  it('without a predecessor’s files changes nothing', async () => {
    await start();
    await makeEvent(app());
    await makeTask(app());
    const before = app().storedText();
    expect((await restart()).storedText()).toBe(before);
  });

  it('takes over what comes into a folder that was started before', async () => {
    await start();
    await restart(() => writeFiles(dataDir, legacyFiles()));
    const rest = without(LEGACY_SERVED, 'sessions', 'usageVms', 'links', 'accesses');
    expect(await served(app())).toMatchObject(rest);
  });

  const own: [string, (app: TestApp) => Promise<unknown>, RegExp][] = [
    ['board.json', makeTask, /^\/board\.json is a predecessor's file, but board\.jsonl has records/],
    ['registry.json', makeVm, /^\/registry\.json .* registry\.jsonl has records/],
    ['commits.jsonl', makeCommit, /^\/commits\.jsonl .* services\.sqlite has records/],
    ['skills.json', makeSkill, /^\/skills\.json .* services\.sqlite has records/],
    ['extensions.json', (known) => makeItem(known, 'extensions'), /^\/extensions\.json .* services\.sqlite has/],
    [
      'agent-manifests.json',
      (known) => known.api.post('/skills/sync').send({ agentId: 'bob' }),
      /^\/agent-manifests\.json .* services\.sqlite has/,
    ],
  ];

  it.each(own)('refuses %s beside records of our own', async (name, make, message) => {
    await make(await start());
    await stop();
    writeFiles(dataDir, { [name]: legacyFiles()[name] ?? '' });
    expect(await refusal()).toMatch(message);
    rmSync(file(name));
    await start();
  });

  it('never overwrites what an earlier takeover left', async () => {
    writeFiles(dataDir, legacyFiles());
    writeFileSync(file('log.jsonl.imported'), 'older');
    expect(await refusal()).toMatch(/^\/log\.jsonl\.imported is there already/);
  });

  it('only renames a file that is put there a second time', async () => {
    writeFiles(dataDir, legacyFiles());
    await start();
    await app().api.delete('/commits/c-1');
    await restart(() => renameSync(file('commits.jsonl.imported'), file('commits.jsonl')));
    expect(await get('/commits')).toMatchObject({ count: 1 });
    expect(folder()).toContain('commits.jsonl.imported');
  });
});

describe('what is missing', () => {
  it('gets its default', async () => {
    const { id, title, createdBy, createdAt } = first(TASKS.slice(1));
    const { id: skillId, name, version, description, content, publishedBy, publishedAt } = first(SKILLS);
    const vm = without(first(VMS), 'status', 'services', 'metadata', 'lastSeen') as { registeredAt: string };
    const skill = { id: skillId, name, version, description, content, publishedBy, publishedAt };
    writeFiles(dataDir, {
      'board.json': JSON.stringify({
        tasks: [
          {
            id,
            title,
            createdBy,
            createdAt,
            assignee: null,
            tags: null,
            artifacts: [{ type: 'url', url: 'u', label: 'l' }],
          },
        ],
      }),
      'registry.json': JSON.stringify({ vms: [vm] }),
      'skills.json': JSON.stringify({ skills: [skill] }),
      'agent-manifests.json': JSON.stringify({ manifests: [{ agentId: 'bob', lastSync: AT(0) }] }),
      'journal.jsonl': lines([{ id: ID(1), timestamp: AT(0), text: 'x', tags: [], mood: null }]),
    });
    await start();
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect([
      await get(`/board/tasks/${id}`),
      await get('/registry/vms/vm-1'),
      await get(`/skills/items/${name}`),
      await get('/skills/agents/bob'),
      await get('/journal?since=2000-01-01'),
    ]).toEqual([
      {
        ...{
          id,
          title,
          createdBy,
          createdAt,
          status: 'open',
          tags: [],
          dependencies: [],
          updatedAt: createdAt,
          score: 0,
        },
        ...TASK_DEFAULTS,
        ...{ notes: [], artifacts: [{ type: 'url', url: 'u', label: 'l', addedAt: createdAt }] },
      },
      { ...vm, status: 'running', lastSeen: vm.registeredAt },
      { ...skill, updatedAt: publishedAt, tags: [], enabled: true, sha256 },
      { agentId: 'bob', skills: [], extensions: [], lastSync: AT(0) },
      { entries: [{ id: ID(1), timestamp: AT(0), text: 'x' }], count: 1 },
    ]);
  });
});

describe('what our rules would refuse', () => {
  const NAMES = ['with spaces', 'a/b', 'ünï', '100%', 'x'.repeat(300), '__proto__', '?&#'];

  it.each(NAMES)('is readable and deletable: %s', async (name) => {
    const changed = <T extends object>(items: T[], fields: object): T[] => [{ ...first(items), ...fields }];
    writeFiles(dataDir, {
      'board.json': JSON.stringify({
        tasks: changed(TASKS, { id: name, title: 't'.repeat(5000), status: 'archived' }),
      }),
      'registry.json': JSON.stringify({ vms: changed(VMS, { id: name, role: 'wizard', status: 'asleep' }) }),
      'skills.json': JSON.stringify({ skills: changed(SKILLS, { name }) }),
      'extensions.json': JSON.stringify({ extensions: changed(SKILLS, { name, tags: undefined }) }),
      'commits.jsonl': lines([{ id: 'c', commitId: name, vmId: 'v', timestamp: AT(0) }]),
    });
    await start();
    const encoded = encodeURIComponent(name);
    for (const [path, fields, list] of [
      [`/board/tasks/${encoded}`, { id: name, title: 't'.repeat(5000), status: 'archived' }, '/board/tasks'],
      [`/registry/vms/${encoded}`, { id: name, role: 'wizard', status: 'asleep' }, '/registry/vms'],
      [`/skills/items/${encoded}`, { name, version: 3 }, '/skills/items'],
      [`/skills/extensions/${encoded}`, { name, version: 3 }, '/skills/extensions'],
      [`/commits/${encoded}`, { commitId: name }, '/commits'],
    ] as const) {
      expect(await get(path)).toMatchObject(fields);
      expect(await get(list)).toMatchObject({ count: 1 });
      const { status, body } = await app().api.delete(path);
      expect([path, status, body]).toEqual([path, 200, { deleted: true }]);
      expect(await get(list)).toMatchObject({ count: 0 });
    }
  });

  it('is kept where we know nothing of it', async () => {
    const event = { ...EVENTS[0], type: 'unheard_of', severity: 3, cleared: true };
    writeFiles(dataDir, { 'feed.jsonl': lines([event]).replace('"cleared"', '"__proto__":{"a":1},"cleared"') });
    const { api } = await start();
    const { text } = await api.get(`/feed/events/${ID(30)}`);
    expect(text).toContain('"severity":3,"__proto__":{"a":1},"cleared":true');
    expect(text).toContain('"type":"unheard_of"');
  });
});

describe('ids', () => {
  it.each(['feed.jsonl', 'log.jsonl', 'commits.jsonl', 'board.json', 'skills.json'])(
    'from the future, in %s, are followed by larger ones, also after a restart without an index',
    async (name) => {
      const future = '7ZZZZZZZZY0000000000000000';
      const text = legacyFiles()[name]?.replaceAll(/01K9XW5T3V8Z6Q2N4M7P1R00(11|24|31|41|61)/g, future) ?? '';
      expect(text).toContain(future);
      writeFiles(dataDir, { [name]: text });
      await start();
      const first = await makeEvent(app());
      await restart(() => rmSync(file('index.sqlite')));
      const second = await makeTask(app());
      expect([first.id > future, second.id > first.id]).toEqual([true, true]);
    },
  );

  it('of another form keep log, journal and board in their order', async () => {
    const entries = ['zz-9', 'b1d0e5a0-0000-4000-8000-000000000000', '17'].map((id) => ({
      id,
      timestamp: AT(0),
      text: id,
    }));
    writeFiles(dataDir, {
      'log.jsonl': lines(entries),
      'board.json': JSON.stringify({ tasks: entries.map(({ id }) => ({ ...TASKS[1], id, notes: [] })) }),
    });
    await start();
    const page = (await get(`/log?since=${AT(0)}&until=${AT(0)}`)) as { entries: { id: string }[] };
    const tasks = (await get('/board/tasks')) as { tasks: { id: string }[] };
    const ordered = entries.map(({ id }) => id).sort();
    expect(page.entries.map(({ id }) => id)).toEqual(ordered);
    expect(tasks.tasks.map(({ id }) => id)).toEqual(ordered.reverse());
  });

  it('that are older than their events hide none of them from a time', async () => {
    writeFiles(dataDir, { 'feed.jsonl': lines([{ ...EVENTS[0], id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }]) });
    await start();
    const path = `/feed/events?since=2026-01-31T11:59:59Z`;
    expect(await get(path)).toMatchObject([{ id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }]);
    await restart(() => rmSync(file('index.sqlite')));
    expect(await get(path)).toMatchObject([{ id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }]);
  });
});

describe('lines', () => {
  const [first, second] = EVENTS as [(typeof EVENTS)[0], (typeof EVENTS)[0]];
  const one = JSON.stringify(first);
  const two = JSON.stringify(second);

  it.each([
    ['without a line break at the end', `${one}\n${two}`],
    ['with blank ones between them', `\n${one}\n\n  \n${two}\n\n`],
    ['with Windows line breaks', `${one}\r\n${two}\r\n`],
    ['with a byte order mark', `\uFEFF${one}\n${two}\n`],
    ['that are there twice', `${one}\n${two}\n${one}\n`],
    ['not in the order of their ids', `${two}\n${one}\n`],
    ['with nulls', lines([{ ...first }, { ...second, detail: null, metadata: null }])],
    [
      'with other forms of time',
      lines([
        { ...first, timestamp: '2026-01-31T13:00:00+01:00' },
        { ...second, timestamp: '2026-01-31T12:01Z' },
      ]),
    ],
  ])('%s are all there once', async (_, text) => {
    writeFiles(dataDir, { 'feed.jsonl': text });
    await start();
    expect(await get('/feed/events')).toEqual(EVENTS);
    expect(await get('/feed/stats')).toMatchObject({ total: 2, byAgent: { bob: 1, ann: 1 } });
    expect(readFileSync(file('feed.jsonl.imported'), 'utf8')).toBe(text);
  });

  it('that this server has written behind a predecessor’s go on as they are', async () => {
    await start();
    const event = await makeEvent(app());
    await restart(() => {
      const own = readFileSync(file('feed.jsonl'), 'utf8');
      writeFileSync(file('feed.jsonl'), lines(EVENTS) + own);
    });
    expect(await get('/feed/events')).toEqual([...EVENTS, event]);
    expect(folder()).not.toContain('feed.jsonl.imported');
  });

  it.each(['{"id":"01K', '{"', '{"id":"01K9XW5T3V8Z6Q2N4M7P1R0030","agent":"a"'])(
    'of our own that a crash cut off at the very beginning are no predecessor’s: %s',
    async (torn) => {
      writeFiles(dataDir, { 'feed.jsonl': torn });
      await start();
      expect(await get('/feed/events')).toEqual([]);
      expect(folder().filter((name) => name.startsWith('feed'))).toEqual([
        'feed.jsonl',
        expect.stringMatching(/^feed\.jsonl\.torn-/),
      ]);
    },
  );
});

describe('usage.duckdb', () => {
  it('gives of twins the one that was recorded last', async () => {
    const twins = [
      sessionValues(ID(70), 's-1', 2, 1),
      sessionValues(ID(71), 's-1', 4, 2),
      sessionValues(ID(73), 's-1', 3, 3),
    ];
    await writeUsage(dataDir, [...twins, sessionValues(ID(74), 's-2', 2)]);
    await start();
    expect(await get('/usage/sessions')).toEqual({
      sessions: [sessionServed(ID(74), 's-2', 2), sessionServed(ID(71), 's-1', 4, 2)],
      count: 2,
    });
  });

  it('replaces a session that is recorded again, and holds counts that 32 bits do not', async () => {
    await writeUsage(dataDir, [sessionValues(ID(70), 's-1', 2)]);
    const { api } = await start();
    const sent = sessionServed(ID(70), 's-1', 2, 2 ** 40);
    const { body } = await api.post('/usage/sessions').send(sent);
    expect(body).toMatchObject({ id: ID(70), tokens: { input: 2 ** 40 } });
    expect(await get('/usage/sessions')).toMatchObject({ count: 1 });
  });

  const values = `'${ID(70)}', 's-1', 'bob', 'claude'`;
  it.each([
    [
      'camelCase names, text and counts of its own',
      `CREATE TABLE sessions AS SELECT '${ID(70)}' AS id, 's-1' AS "sessionId", 'bob' AS agent, NULL AS "parentAgent",
         'claude' AS model, 1 AS "inputTokens", 1 AS "outputTokens", 1 AS "cacheReadTokens", 1 AS "cacheWriteTokens",
         1 AS "totalTokens", 0.5 AS "inputCost", 0.25 AS "outputCost", 0 AS "cacheReadCost", 0 AS "cacheWriteCost",
         0.75 AS "totalCost", 3 AS turns, '{"read":2}' AS "toolCalls", '${AT(0)}' AS "startedAt",
         '2026-01-31T13:01:00+01:00' AS "endedAt", TIMESTAMPTZ '${AT(2)}' AS "recordedAt"`,
    ],
    [
      'objects of counts, numbers for times',
      `CREATE TABLE sessions AS SELECT * FROM (VALUES (${values},
         {'input': 1, 'output': 1, 'cache_read': 1, 'cache_write': 1, 'total': 1},
         '{"input":0.5,"output":0.25,"cacheRead":0,"cacheWrite":0,"total":0.75}', 3, map {'read': 2},
         ${Date.parse(AT(0))}, ${Date.parse(AT(1))}, ${Date.parse(AT(2))}))
         t(id, session_id, agent, model, tokens, cost, turns, tool_calls, started_at, ended_at, recorded_at)`,
    ],
  ])('is read with %s', async (_, sql) => {
    await writeDuck(file('usage.duckdb'), [sql]);
    await start();
    const session = sessionServed(ID(70), 's-1', 2);
    expect(await get('/usage/sessions')).toEqual({ sessions: [session], count: 1 });
  });

  it('adds up totals that are not there', async () => {
    await writeDuck(file('usage.duckdb'), [
      SESSIONS_TABLE,
      `INSERT INTO sessions VALUES ${sessionValues(ID(70), 's-1', 2)}`,
      'ALTER TABLE sessions DROP tokens_total',
      'ALTER TABLE sessions DROP tool_calls',
    ]);
    await start();
    const { sessions } = (await get('/usage/sessions')) as { sessions: object[] };
    expect(sessions).toMatchObject([{ tokens: { input: 1, total: 4 }, cost: { total: 0.75 }, toolCalls: 0 }]);
  });

  it('is taken over with what its write-ahead log holds', async () => {
    const elsewhere = temporaryFolder();
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(join(elsewhere, 'usage.duckdb'));
    const connection = await instance.connect();
    await connection.run(`${SESSIONS_TABLE}; CHECKPOINT`);
    await connection.run(`INSERT INTO sessions VALUES ${sessionValues(ID(70), 's-1', 2)}`);
    for (const name of ['usage.duckdb', 'usage.duckdb.wal']) copyFileSync(join(elsewhere, name), file(name));
    connection.closeSync();
    instance.closeSync();
    rmSync(elsewhere, { recursive: true });
    await start();
    expect(await get('/usage/sessions')).toMatchObject({ count: 1 });
    await restart();
    expect(await get('/usage/sessions')).toMatchObject({ count: 1 });
    expect(folder()).toEqual(expect.arrayContaining(['usage.duckdb.imported', 'usage.duckdb.imported.wal']));
  });
});

describe('reports.db', () => {
  const reports = legacyFiles()['reports.json'] ?? '';

  it('gives links that can be revoked, and go with their report', async () => {
    await writeLegacy(dataDir);
    const { api } = await start();
    expect((await api.delete('/reports/share/link-1')).body).toEqual({ revoked: true });
    expect((await api.delete('/reports/share/link-2')).body).toEqual({ error: 'link already revoked' });
    await restart();
    expect(await get(`/reports/${ID(80)}/shares`)).toMatchObject({ links: [{}, { linkId: 'link-1', revoked: 1 }] });
    expect((await app().api.delete(`/reports/${ID(80)}`)).body).toEqual({ deleted: true });
    expect((await app().api.get('/reports/share/link-1/access')).status).toBe(404);
  });

  it('is taken over with what its write-ahead log holds', async () => {
    writeFiles(dataDir, { 'reports.json': reports });
    writeLinks(dataDir, true);
    expect(folder()).toContain('reports.db-wal');
    await start();
    expect(await get('/reports/share/link-1/access')).toEqual(LEGACY_SERVED.accesses);
    expect(folder().filter((name) => name.startsWith('reports.db'))).toEqual(['reports.db.imported']);
  });

  it('may have numbers for ids and times, other forms of time, and less columns', async () => {
    writeFiles(dataDir, { 'reports.json': reports });
    writeSqlite(file('reports.db'), (database) =>
      database.exec(
        `CREATE TABLE share_links (linkId TEXT, report_id TEXT, created_at TEXT, access_count INTEGER);
         INSERT INTO share_links VALUES ('late', '${ID(80)}', '2026-01-31 12:03:00', 40), ('early', '${ID(80)}', '2026-01-31 12:02:00', 0);
         CREATE TABLE share_access_log (id INTEGER PRIMARY KEY, link_id TEXT, timestamp INTEGER);
         INSERT INTO share_access_log (link_id, timestamp) VALUES ('late', ${Date.parse(AT(4))}), ('late', ${Date.parse(AT(3))})`,
      ),
    );
    await start();
    const link = { reportId: ID(80), createdBy: 'admin', expiresAt: null, label: null, revoked: 0 };
    const access = { linkId: 'late', reportId: ID(80), ip: null, userAgent: null, referrer: null };
    expect([await get(`/reports/${ID(80)}/shares`), await get('/reports/share/late/access')]).toEqual([
      {
        links: [
          { ...link, linkId: 'late', createdAt: AT(3), accessCount: 40 },
          { ...link, linkId: 'early', createdAt: AT(2), accessCount: 0 },
        ],
        count: 2,
      },
      {
        log: [
          { ...access, id: '1', timestamp: AT(4) },
          { ...access, id: '2', timestamp: AT(3) },
        ],
        count: 2,
      },
    ]);
  });

  it('may have links of reports that are gone, and more readings than a log holds', async () => {
    writeFiles(dataDir, { 'reports.json': reports });
    writeSqlite(file('reports.db'), (database) =>
      database.exec(
        `CREATE TABLE share_links (link_id, report_id, created_at);
         INSERT INTO share_links VALUES ('dead', 'gone', '${AT(0)}'), ('link', '${ID(80)}', '${AT(0)}');
         CREATE TABLE share_access_log (id, link_id, timestamp);
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
         INSERT INTO share_access_log SELECT n, 'link', '${AT(0)}' FROM numbers;
         INSERT INTO share_access_log VALUES (0, 'dead', '${AT(0)}')`,
      ),
    );
    const { api } = await start();
    expect(await get(`/reports/${ID(80)}/shares`)).toMatchObject({ links: [{ linkId: 'link', accessCount: 1200 }] });
    const { log } = (await get('/reports/share/link/access')) as { log: { id: string }[] };
    expect([log.length, log[0]?.id, log.at(-1)?.id]).toEqual([1000, '1200', '201']);
    expect((await api.get('/reports/share/dead/access')).status).toBe(404);
  });

  it.each<[string, RegExp]>([
    ['CREATE TABLE other (id)', /^\/reports\.db has no table share_links/],
    [
      'CREATE TABLE share_links (link_id, created_at); INSERT INTO share_links VALUES (1, 2)',
      /share_links row 1\.linkId must be/,
    ],
    [
      `CREATE TABLE share_links (link_id, created_at); INSERT INTO share_links VALUES ('a', '${AT(0)}')`,
      /^\/reports\.db: share_links row 1\.reportId is missing/,
    ],
  ])('that is damaged stops the start: %#', async (sql, message) => {
    writeFiles(dataDir, legacyFiles());
    writeSqlite(file('reports.db'), (database) => database.exec(sql));
    expect(await refusal()).toMatch(message);
  });

  it('that is no SQLite file stops the start', async () => {
    writeFiles(dataDir, { 'reports.db': 'this is no database, however one reads it'.repeat(100) });
    expect(await refusal()).toMatch(/^\/reports\.db cannot be read: file is not a database/);
  });
});

describe('damage', () => {
  const json = (list: string, items: unknown): string => JSON.stringify({ [list]: items });
  const task = TASKS[1] as object;
  const skill = first(SKILLS);

  it.each<[string, string | Buffer, RegExp]>([
    ['board.json', '', /^\/board\.json line 1 column 1 is not JSON/],
    ['board.json', '{"tasks": [\n  {"id": }\n]}', /^\/board\.json line 2 column 10 is not JSON/],
    ['board.json', '{"tasks": [{"id": "x"', /^\/board\.json line 1 column 22 is not JSON/],
    ['board.json', Buffer.from([0x7b, 0xff, 0x7d]), /^\/board\.json is not UTF-8/],
    ['board.json', '[]', /^\/board\.json: the whole must be an object, not an array/],
    ['board.json', '{}', /^\/board\.json: tasks is missing/],
    ['board.json', json('tasks', {}), /^\/board\.json: tasks must be an array, not an object/],
    ['board.json', json('tasks', [task, null]), /^\/board\.json: tasks\[1\] must be an object, not null/],
    ['board.json', json('tasks', [{ ...task, id: undefined }]), /tasks\[0\]\.id is missing/],
    ['board.json', json('tasks', [{ ...task, id: '' }]), /tasks\[0\]\.id must be a text that is not empty, not ""/],
    ['board.json', json('tasks', [{ ...task, title: 5 }]), /tasks\[0\]\.title must be a string, not 5/],
    ['board.json', json('tasks', [{ ...task, tags: ['a', 1] }]), /tasks\[0\]\.tags\[1\] must be a text/],
    ['board.json', json('tasks', [{ ...task, createdAt: 'soon' }]), /tasks\[0\]\.createdAt must be an ISO 8601/],
    ['board.json', json('tasks', [{ ...task, notes: [{}] }]), /tasks\[0\]\.notes\[0\]\.id is missing/],
    [
      'board.json',
      json('tasks', [{ ...task, id: '7ZZZZZZZZZZZZZZZZZZZZZZZZZ' }]),
      /\.id must be an id that leaves room/,
    ],
    [
      'board.json',
      json('tasks', [task, { ...task, title: 'x' }]),
      /tasks\[1\]\.id is that of tasks\[0\], but the rest/,
    ],
    ['reports.json', json('reports', [{ id: 'a', author: 'b', content: 'c' }]), /reports\[0\]\.title is missing/],
    [
      'registry.json',
      json('vms', [{ ...VMS[0], services: [{ name: 'a' }] }]),
      /vms\[0\]\.services\[0\]\.port is missing/,
    ],
    [
      'skills.json',
      json('skills', [{ ...skill, version: 1.5 }]),
      /skills\[0\]\.version must be a whole number, not 1\.5/,
    ],
    [
      'skills.json',
      JSON.stringify({ skills: [], changeLog: [{ ...CHANGES[0], id: 'x' }] }),
      /changeLog\[0\]\.id must be a ULID/,
    ],
    ['extensions.json', json('extensions', [{ ...skill, content: undefined }]), /extensions\[0\]\.content is missing/],
    ['agent-manifests.json', json('manifests', [{}]), /manifests\[0\]\.agentId is missing/],
    ['feed.jsonl', `${lines(EVENTS)}{"id": "x\n`, /^\/feed\.jsonl line 3 column 10 is not JSON/],
    ['feed.jsonl', `${lines(EVENTS)}{"id": "x`, /^\/feed\.jsonl line 3 column 10 is not JSON/],
    ['feed.jsonl', '{not json', /^\/feed\.jsonl line 1 column 2 is not JSON/],
    ['feed.jsonl', lines([{ ...EVENTS[0], id: 'evt-1' }]), /^\/feed\.jsonl line 1: entry\.id must be a ULID/],
    [
      'feed.jsonl',
      `\n${lines([{ ...EVENTS[0], summary: undefined }])}`,
      /^\/feed\.jsonl line 2: entry\.summary is missing/,
    ],
    [
      'feed.jsonl',
      lines([EVENTS[0] as object, { ...EVENTS[0], summary: 'x' }]),
      /^\/feed\.jsonl line 2: entry\.id is that of line 1/,
    ],
    [
      'log.jsonl',
      lines([{ id: 'a', timestamp: 5, text: '' }]),
      /^\/log\.jsonl line 1: entry\.timestamp must be an ISO/,
    ],
    ['journal.jsonl', '[]\n', /^\/journal\.jsonl line 1: entry must be an object, not an array/],
    [
      'commits.jsonl',
      lines([{ id: 'a', commitId: 'c', vmId: 'v' }]),
      /^\/commits\.jsonl line 1: entry\.timestamp is missing/,
    ],
    [
      'commits.jsonl',
      lines(['a', 'b'].map((id) => ({ id, commitId: 'c', vmId: 'v', timestamp: AT(0) }))),
      /^\/commits\.jsonl line 2: entry\.commitId is that of line 1/,
    ],
  ])('in %s stops the start before anything is changed: %#', async (name, content, message) => {
    writeFiles(dataDir, { ...legacyFiles(), [name]: content });
    expect(await refusal()).toMatch(message);
    writeFiles(dataDir, legacyFiles());
    await start();
    expect(await get(`/board/tasks/${ID(10)}`)).toEqual(SERVED_TASKS[0]);
  });

  const session = (change: string): string[] => [
    SESSIONS_TABLE.replaceAll('INTEGER', 'DOUBLE'),
    `INSERT INTO sessions VALUES ${sessionValues(ID(70), 's-1', 2)}, ${sessionValues(ID(71), 's-2', 2)}`,
    change,
  ];
  it.each([
    [
      ['CREATE TABLE sessions (id VARCHAR)'],
      /^\/usage\.duckdb: table sessions has no column for session_id \(such as sessionid\)/,
    ],
    [[VM_TABLE, 'ALTER TABLE vm_records DROP role'], /^\/usage\.duckdb: table vm_records has no column for role/],
    [
      session('ALTER TABLE sessions DROP cost_input; ALTER TABLE sessions DROP cost_total'),
      /has no column for cost_input/,
    ],
    [
      session(`UPDATE sessions SET model = NULL WHERE session_id = 's-2'`),
      /table sessions: the row with id \w+71 has model missing/,
    ],
    [
      session('UPDATE sessions SET tokens_input = 1e30'),
      /has tokens_input "1e\+?30": it must be a whole number of 64 bits/,
    ],
    [session(`UPDATE sessions SET cost_total = 'nan'`), /has cost_total "nan": it must be a number/],
    [session(`UPDATE sessions SET started_at = 'infinity'`), /has started_at "infinity": it must be a date or time/],
    [session(`UPDATE sessions SET tool_calls = '[1]'`), /has tool_calls "\[1\]": it must be a number or an object/],
    [
      [
        VM_TABLE.replace(' PRIMARY KEY', ''),
        `INSERT INTO vm_records VALUES ('a', 'v', 'r', 'b', NULL, '${AT(0)}', NULL, '${AT(0)}'), ('a', 'w', 'r', 'b', NULL, '${AT(0)}', NULL, '${AT(0)}')`,
      ],
      /table vm_records: the row with id a is there more than once/,
    ],
  ])('in usage.duckdb stops the start before anything is changed: %#', async (statements, message) => {
    writeFiles(dataDir, legacyFiles());
    await writeDuck(file('usage.duckdb'), statements);
    expect(await refusal()).toMatch(message);
    rmSync(file('usage.duckdb'));
    await start();
  });
});
