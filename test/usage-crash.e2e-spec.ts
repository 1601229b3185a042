import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckFiles } from '../src/common/storage/duckdb-files.js';
import { temporaryFolder, TestApp, TOKEN } from './support/app.js';
import { FaultDisk } from './support/fault-disk.js';
import { foundIn, inParallel, make } from './support/make.js';
import { ServerProcess } from './support/server.js';
import { leastSession, sessionBody, vmBody } from './support/usage.js';

/** In blocks of 512 bytes: room for the server to start, and for some sessions. */
const SMALL_FILE = 2400;
const WIDE_TALLY = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`tool-${'x'.repeat(60)}-${i}`, i]));

interface Kept {
  id: string;
}

let dataDir: string;
let servers: ServerProcess[];
let apps: TestApp[];

beforeEach(() => {
  dataDir = temporaryFolder();
  servers = [];
  apps = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.end('SIGKILL')));
  await Promise.all(apps.map((app) => app.stop()));
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(fileBlocks?: number): Promise<ServerProcess> {
  const env = { DATA_DIR: dataDir, VERS_AUTH_TOKEN: TOKEN, HOST: '127.0.0.1' };
  const server = await ServerProcess.start(env, fileBlocks);
  servers.push(server);
  return server;
}

/** An application that is stopped when the test is over, however that ends. */
async function startApp(disk?: FaultDisk): Promise<TestApp> {
  const app = await TestApp.start({ dataDir, disk });
  apps.push(app);
  return app;
}

/** Status and body of the answer; nothing when there is none. */
async function call(
  server: ServerProcess,
  path: string,
  body?: object,
): Promise<{ status: number; body: Kept } | undefined> {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers };
  try {
    const response = await fetch(server.url + path, init);
    return { status: response.status, body: (await response.json()) as Kept };
  } catch {
    return undefined;
  }
}

async function list(server: ServerProcess, name: 'sessions' | 'vms'): Promise<Kept[]> {
  const answer = await call(server, `/usage/${name}`);
  return (answer?.body as unknown as Record<string, Kept[]>)[name] ?? [];
}

describe('kill -9', () => {
  it('loses no usage that was acknowledged, and doubles none when it is sent again', async () => {
    const first = await start();
    const sessions = new Map<string, Kept>();
    const vms: Kept[] = [];
    await inParallel(20, 20, async (i) => {
      for (let n = 0; ; n += 1) {
        const isVm = n % 5 === 4;
        const sent = isVm ? vmBody({ vmId: `${i}.${n}` }) : sessionBody({ sessionId: `${i}.${n}` });
        const answer = await call(first, isVm ? '/usage/vms' : '/usage/sessions', sent);
        if (answer === undefined) return;
        expect(answer.status).toBe(201);
        if (isVm) vms.push(answer.body);
        else sessions.set(`${i}.${n}`, answer.body);
        if (sessions.size === 400) first.child.kill('SIGKILL');
      }
    });
    await first.ended();
    const second = await start();
    const before = await list(second, 'sessions');
    expect(foundIn(before, [...sessions.values()])).toEqual([...sessions.values()]);
    expect(foundIn(await list(second, 'vms'), vms)).toEqual(vms);
    const [[sessionId, session] = []] = sessions;
    expect(await call(second, '/usage/sessions', sessionBody({ sessionId }))).toMatchObject({
      body: { id: session?.id },
    });
    expect((await list(second, 'sessions')).length).toBe(before.length);
    const next = await call(second, '/usage/vms', vmBody({ vmId: 'next' }));
    const largest =
      [...before, ...vms]
        .map(({ id }) => id)
        .sort()
        .at(-1) ?? '';
    expect((next?.body.id ?? '') > largest).toBe(true);
  });
});

describe('a file that cannot grow', () => {
  it('is a 503 that stores nothing; reads go on, and what fits is taken', async () => {
    const server = await start(SMALL_FILE);
    const kept: Kept[] = [];
    const refused: unknown[] = [];
    await inParallel(60, 6, async (i) => {
      const sent = { ...leastSession(), sessionId: `s${i}`, toolCalls: WIDE_TALLY };
      const answer = await call(server, '/usage/sessions', sent);
      if (answer?.status === 201) kept.push(answer.body);
      else refused.push(answer);
    });
    const refusal = { status: 503, body: { error: 'nothing can be written at the moment; nothing was changed' } };
    expect([kept.length > 0, refused.length > 0]).toEqual([true, true]);
    expect(refused).toEqual(refused.map(() => refusal));
    expect((await call(server, '/health/ready'))?.status).toBe(503);
    const small = await call(server, '/usage/sessions', leastSession());
    expect([small?.status, (await call(server, '/health/ready'))?.status]).toEqual([201, 200]);
    if (small) kept.push(small.body);
    const byId = (a: Kept, b: Kept): number => (a.id < b.id ? -1 : 1);
    expect((await list(server, 'sessions')).sort(byId)).toEqual(kept.sort(byId));
    await server.end('SIGKILL');
    expect((await list(await start(), 'sessions')).sort(byId)).toEqual(kept);
  });
});

describe('a folder that cannot be synced', () => {
  it('is a 503, and ends the process: nobody knows whether the write-ahead log would survive', async () => {
    const disk = new FaultDisk();
    const app = await startApp(disk);
    const onFatal = jest.fn();
    app.app.get(DuckFiles).onFatal = onFatal;
    disk.faults = { folder: true };
    const first = await app.api.post('/usage/sessions').send(sessionBody());
    disk.faults = {};
    const second = await app.api.post('/usage/sessions').send(sessionBody());
    expect([first.status, second.status, onFatal.mock.calls.length]).toEqual([503, 503, 1]);
  });
});

describe('a usage.duckdb', () => {
  it('is made when usage is first recorded', async () => {
    const app = await startApp();
    const isThere = (): boolean => existsSync(join(dataDir, 'usage.duckdb'));
    await app.api.get('/status').expect(200);
    const before = isThere();
    await make(app, '/usage/sessions', sessionBody());
    expect([before, isThere()]).toEqual([false, true]);
  });

  it('that cannot be made refuses usage, and nothing else, as long as that is so', async () => {
    const app = await startApp();
    writeFileSync(join(dataDir, 'usage.duckdb'), 'x'.repeat(20_000));
    const recorded = await app.api.post('/usage/sessions').send(sessionBody());
    const read = await app.api.get('/usage');
    const task = await app.api.post('/board/tasks').send({ title: 'Go on', createdBy: 'me' });
    expect([recorded.status, read.status, task.status]).toEqual([503, 503, 201]);
    rmSync(join(dataDir, 'usage.duckdb'));
    await make(app, '/usage/sessions', sessionBody());
  });

  it('that is no DuckDB file stops the start and is left alone', async () => {
    writeFileSync(join(dataDir, 'usage.duckdb'), 'x'.repeat(20_000));
    const server = await ServerProcess.spawn({ DATA_DIR: dataDir });
    servers.push(server);
    expect([await server.ended(), server.stderr]).toEqual([1, expect.stringMatching(/usage\.duckdb cannot be opened/)]);
    expect(server.stderr).not.toContain('    at ');
  });

  it.each([
    ['CREATE TABLE others (id VARCHAR)', /was not made by this server/],
    [
      'CREATE TABLE schema_version (version INTEGER); INSERT INTO schema_version VALUES (99)',
      /a newer version of this server/,
    ],
  ])('with tables that are not ours stops the start: %s', async (sql, message) => {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(join(dataDir, 'usage.duckdb'));
    const connection = await instance.connect();
    await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
    await expect(TestApp.start({ dataDir })).rejects.toThrow(message);
  });

  it('is one with what its write-ahead log holds after a regular end', async () => {
    const first = await TestApp.start({ dataDir });
    const session = await make(first, '/usage/sessions', sessionBody());
    await first.stop();
    rmSync(join(dataDir, 'usage.duckdb.wal'), { force: true });
    const second = await TestApp.start({ dataDir });
    const { body } = await second.api.get('/usage/sessions');
    await second.stop();
    expect(body).toEqual({ sessions: [session], count: 1 });
  });
});
