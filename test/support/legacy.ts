import { DuckDBInstance } from '@duckdb/node-api';
import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestApp } from './app.js';
import { TASK_DEFAULTS } from './make.js';

/** What a predecessor left in its data folder, and what is to be served of it. */

export const ID = (n: number): string => `01K9XW5T3V8Z6Q2N4M7P1R${n.toString().padStart(4, '0')}`;
export const AT = (minute: number): string => new Date(Date.UTC(2026, 0, 31, 12, minute)).toISOString();

const note = { id: ID(11), author: 'bob', content: 'It leaks', type: 'finding', createdAt: AT(1) };
const artifact = { type: 'branch', url: 'https://git.example/x', label: 'x', addedAt: AT(2), addedBy: 'bob' };

export const TASKS = [
  {
    id: ID(10),
    title: 'Fix the leak',
    description: 'Soon',
    status: 'in_review',
    assignee: 'bob',
    tags: ['parser', 'odd tag'],
    dependencies: ['task-9'],
    createdBy: 'ann',
    createdAt: AT(0),
    updatedAt: AT(3),
    score: 4,
    notes: [note],
    artifacts: [artifact],
  },
  {
    id: ID(12),
    title: 'Another',
    status: 'open',
    tags: [],
    dependencies: [],
    createdBy: 'ann',
    createdAt: AT(4),
    updatedAt: AT(4),
    score: 0,
    notes: [],
    artifacts: [],
  },
];

/** The same as they are served, with what the predecessor knew nothing of. */
export const SERVED_TASKS = TASKS.map((task) => ({
  ...task,
  ...TASK_DEFAULTS,
  ...(task.dependencies.length > 0 && { blockedBy: task.dependencies }),
}));

export const VMS = [
  {
    id: 'vm-1',
    name: 'builder',
    role: 'worker',
    status: 'paused',
    address: 'vm-1.example',
    services: [{ name: 'api', port: 3000 }],
    metadata: { region: 'eu' },
    registeredBy: 'ann',
    registeredAt: AT(0),
    lastSeen: AT(5),
  },
];

const item = {
  description: 'how to',
  content: '# Review\n',
  publishedBy: 'ann',
  publishedAt: AT(0),
  updatedAt: AT(1),
  enabled: true,
};
export const SKILLS = [{ id: ID(20), name: 'review', version: 3, ...item, tags: ['quality'] }];
export const EXTENSIONS = [{ id: ID(21), name: 'tools', version: 2, ...item, enabled: false }];
export const CHANGES = [
  { id: ID(22), type: 'skill', name: 'review', version: 3, action: 'update', timestamp: AT(1) },
  { id: ID(23), type: 'skill', name: 'gone', version: 7, action: 'publish', timestamp: AT(2) },
  { id: ID(24), type: 'skill', name: 'gone', version: 7, action: 'remove', timestamp: AT(3) },
];
export const MANIFESTS = [
  { agentId: 'bob', vmId: 'vm-1', skills: [{ name: 'review', version: 2 }], extensions: [], lastSync: AT(6) },
];
export const EVENTS = [
  {
    id: ID(30),
    agent: 'bob',
    type: 'finding',
    summary: 'A leak',
    detail: ' kept ',
    metadata: { n: 1 },
    timestamp: AT(0),
  },
  { id: ID(31), agent: 'ann', type: 'custom', summary: 'Seen', timestamp: AT(1) },
];
export const ENTRIES = [
  { id: ID(40), timestamp: AT(0), text: 'Began', agent: 'bob' },
  { id: ID(41), timestamp: AT(1), text: 'Ended' },
];
export const THOUGHTS = [
  { id: ID(50), timestamp: AT(0), text: 'Good', author: 'Bob', mood: 'calm', tags: ['Design'] },
  { id: ID(51), timestamp: AT(1), text: 'Better' },
];
export const COMMITS = [
  {
    id: ID(60),
    commitId: 'c-1',
    vmId: 'vm-1',
    timestamp: AT(0),
    label: 'golden',
    agent: 'bob',
    tags: ['a'],
    metadata: { x: 1 },
  },
  { id: ID(61), commitId: 'c-2', vmId: 'vm-1', timestamp: AT(1) },
];

const report = { title: 'A leak', author: 'ann', tags: ['parser'], createdAt: AT(0), updatedAt: AT(1) };
export const REPORTS = [
  { id: ID(80), ...report, content: '# What leaks\n' },
  { id: ID(81), ...report, createdAt: AT(1), content: 'Nothing' },
];
const link = { reportId: ID(80), createdAt: AT(2), createdBy: 'admin', label: null, revoked: 0 };
export const LINKS = [
  { linkId: 'link-1', ...link, expiresAt: null, accessCount: 2 },
  { linkId: 'link-2', ...link, createdAt: AT(3), expiresAt: AT(4), label: 'x', revoked: 1, accessCount: 0 },
];
const access = { linkId: 'link-1', reportId: ID(80), ip: '192.0.2.1', userAgent: 'curl', referrer: null };
export const ACCESSES = [
  { id: ID(82), ...access, timestamp: AT(2) },
  { id: ID(83), ...access, timestamp: AT(3), ip: null },
];

export const lines = (items: object[]): string => items.map((entry) => `${JSON.stringify(entry)}\n`).join('');

/** The predecessor's text files, by name. */
export function legacyFiles(): Record<string, string> {
  return {
    'agent-manifests.json': JSON.stringify({ manifests: MANIFESTS }),
    'board.json': JSON.stringify({ tasks: TASKS }, null, 2),
    'commits.jsonl': lines(COMMITS),
    'extensions.json': JSON.stringify({ extensions: EXTENSIONS, changeLog: [] }),
    'feed.jsonl': lines(EVENTS),
    'journal.jsonl': lines(THOUGHTS),
    'log.jsonl': lines(ENTRIES),
    'reports.json': JSON.stringify({ reports: REPORTS }),
    'registry.json': JSON.stringify({ vms: VMS }),
    'skills.json': JSON.stringify({ skills: SKILLS, changeLog: CHANGES }),
  };
}

export function writeFiles(dataDir: string, files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dataDir, name), content);
}

/** The tables as a predecessor has them that keeps 32-bit counts. */
export const SESSIONS_TABLE = `CREATE TABLE sessions (
  id VARCHAR PRIMARY KEY, session_id VARCHAR, agent VARCHAR, parent_agent VARCHAR, model VARCHAR,
  tokens_input INTEGER, tokens_output INTEGER, tokens_cache_read INTEGER, tokens_cache_write INTEGER,
  tokens_total INTEGER, cost_input DOUBLE, cost_output DOUBLE, cost_cache_read DOUBLE, cost_cache_write DOUBLE,
  cost_total DOUBLE, turns INTEGER, tool_calls JSON, started_at TIMESTAMP, ended_at TIMESTAMP, recorded_at TIMESTAMP)`;
export const VM_TABLE = `CREATE TABLE vm_records (id VARCHAR PRIMARY KEY, vm_id VARCHAR, role VARCHAR, agent VARCHAR,
  commit_id VARCHAR, created_at TIMESTAMP, destroyed_at TIMESTAMP, recorded_at TIMESTAMP)`;

export function sessionValues(id: string, sessionId: string, recordedMinute: number, tokens = 1): string {
  const counts = Array.from({ length: 5 }, () => tokens).join(', ');
  return `('${id}', '${sessionId}', 'bob', NULL, 'claude', ${counts}, 0.5, 0.25, 0, 0, 0.75, 3, '{"read": 2}',
    '${AT(0)}', '${AT(1)}', '${AT(recordedMinute)}')`;
}

/** What is served of a session with {@link sessionValues}. */
export function sessionServed(id: string, sessionId: string, recordedMinute: number, n = 1): object {
  return {
    id,
    sessionId,
    agent: 'bob',
    parentAgent: null,
    model: 'claude',
    tokens: { input: n, output: n, cacheRead: n, cacheWrite: n, total: n },
    cost: { input: 0.5, output: 0.25, cacheRead: 0, cacheWrite: 0, total: 0.75 },
    turns: 3,
    toolCalls: { read: 2 },
    startedAt: AT(0),
    endedAt: AT(1),
    recordedAt: AT(recordedMinute),
  };
}

/** Makes a DuckDB file. */
export async function writeDuck(path: string, statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const sql of statements) await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

const LINK_COLUMNS = 'link_id, report_id, created_at, created_by, expires_at, label, revoked';
const ACCESS_COLUMNS = 'id, link_id, report_id, timestamp, ip, user_agent, referrer';

/** Makes a SQLite file; with `isOpen` it is left as by a process that was killed. */
export function writeSqlite(path: string, fill: (database: Database.Database) => void, isOpen = false): void {
  const made = isOpen ? `${path}.made` : path;
  const database = new Database(made);
  fill(database);
  if (isOpen) for (const suffix of ['', '-wal']) copyFileSync(made + suffix, path + suffix);
  database.close();
  if (isOpen) rmSync(made);
}

/** `reports.db` with {@link LINKS} and {@link ACCESSES}. */
export function writeLinks(dataDir: string, isOpen = false): void {
  const fill = (database: Database.Database): void => {
    if (isOpen) database.exec('PRAGMA journal_mode = WAL');
    database.exec(`CREATE TABLE share_links (${LINK_COLUMNS}); CREATE TABLE share_access_log (${ACCESS_COLUMNS})`);
    const insertLink = database.prepare(`INSERT INTO share_links VALUES (?, ?, ?, ?, ?, ?, ?)`);
    for (const known of LINKS) insertLink.run(inOrder(known, LINK_COLUMNS));
    const insertAccess = database.prepare(`INSERT INTO share_access_log VALUES (?, ?, ?, ?, ?, ?, ?)`);
    for (const known of ACCESSES) insertAccess.run(inOrder(known, ACCESS_COLUMNS));
  };
  writeSqlite(join(dataDir, 'reports.db'), fill, isOpen);
}

function inOrder(known: Record<string, unknown>, columns: string): unknown[] {
  return columns.split(', ').map((name) => known[name.replace(/_./g, (part) => part.slice(1).toUpperCase())]);
}

export async function writeUsage(dataDir: string, sessions: string[]): Promise<void> {
  await writeDuck(join(dataDir, 'usage.duckdb'), [
    SESSIONS_TABLE,
    VM_TABLE,
    `INSERT INTO sessions VALUES ${sessions.join(', ')}`,
    `INSERT INTO vm_records VALUES ('${ID(72)}', 'vm-1', 'worker', 'bob', NULL, '${AT(0)}', '${AT(9)}', '${AT(0)}')`,
  ]);
}

const PATHS = {
  tasks: '/board/tasks',
  vms: '/registry/vms',
  skills: '/skills/items',
  extensions: '/skills/extensions',
  agents: '/skills/agents',
  events: '/feed/events?limit=0',
  entries: '/log?since=2000-01-01',
  thoughts: '/journal?since=2000-01-01',
  commits: '/commits',
  sessions: '/usage/sessions',
  usageVms: '/usage/vms',
  reports: '/reports',
  report: `/reports/${ID(80)}`,
  links: `/reports/${ID(80)}/shares`,
  accesses: '/reports/share/link-1/access',
};

/** All that is served of all services. */
export async function served(app: TestApp): Promise<Record<string, unknown>> {
  const bodies = Object.entries(PATHS).map(async ([name, path]) => [name, (await app.api.get(path)).body as unknown]);
  return Object.fromEntries(await Promise.all(bodies)) as Record<string, unknown>;
}

const listed = (name: string, items: object[]): object => ({ [name]: items, count: items.length });
const hashed = (items: { content: string }[]): object[] =>
  items.map((known) => ({ ...known, sha256: createHash('sha256').update(known.content).digest('hex') }));

/** What {@link served} gives of {@link legacyFiles} and a `usage.duckdb` with the one session. */
export const LEGACY_SERVED = {
  tasks: listed('tasks', SERVED_TASKS.toReversed()),
  vms: listed('vms', VMS),
  skills: listed('skills', hashed(SKILLS)),
  extensions: listed('extensions', hashed(EXTENSIONS)),
  agents: listed('agents', MANIFESTS),
  events: EVENTS,
  entries: listed('entries', ENTRIES),
  thoughts: listed('entries', THOUGHTS),
  commits: listed('commits', COMMITS.toReversed()),
  sessions: listed('sessions', [sessionServed(ID(70), 's-1', 2)]),
  reports: listed(
    'reports',
    REPORTS.toReversed().map(({ id, title, author, tags, createdAt, updatedAt }) => ({
      ...{ id, title, author, tags, createdAt, updatedAt },
    })),
  ),
  report: REPORTS[0],
  links: listed('links', LINKS.toReversed()),
  accesses: listed('log', ACCESSES.toReversed()),
  usageVms: listed('vms', [
    {
      ...{ id: ID(72), vmId: 'vm-1', role: 'worker', agent: 'bob' },
      ...{ createdAt: AT(0), destroyedAt: AT(9), recordedAt: AT(0) },
    },
  ]),
};

/** All that {@link LEGACY_SERVED} is served of. */
export async function writeLegacy(dataDir: string): Promise<void> {
  writeFiles(dataDir, legacyFiles());
  writeLinks(dataDir);
  await writeUsage(dataDir, [sessionValues(ID(70), 's-1', 2)]);
}

/** The names of the files that {@link writeLegacy} makes. */
export const LEGACY_NAMES = [...Object.keys(legacyFiles()), 'reports.db', 'usage.duckdb'];
