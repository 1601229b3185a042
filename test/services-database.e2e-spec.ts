import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../src/common/errors/start-error.js';
import { ServicesDatabase } from '../src/common/storage/services-database.js';
import { AppOptions, temporaryFolder, TestApp } from './support/app.js';
import { makeCommit, makeSkill } from './support/make.js';
import { TestStream } from './support/stream.js';

const REFUSED = { error: 'nothing can be written at the moment; nothing was changed' };

let app: TestApp;
let dataDir: string;

beforeEach(async () => {
  dataDir = temporaryFolder();
  app = await TestApp.start({ dataDir });
});

afterEach(async () => {
  await app.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function restart(options: AppOptions = {}, meanwhile: () => void = () => undefined): Promise<void> {
  await app.stop();
  meanwhile();
  app = await TestApp.start({ dataDir, ...options });
}

const database = (): ServicesDatabase => app.app.get(ServicesDatabase);

/** Lets the file grow to so many pages; what does not fit is refused as on a full disk. */
function limitPages(pages: number): void {
  database().write(`PRAGMA max_page_count = ${pages}`).get();
}

const publish = (name: string, content: string) =>
  app.api.post('/skills/items').send({ name, description: 'd', content, publishedBy: 'ann' });

describe('services.sqlite', () => {
  it.each([
    ['fsync', 2],
    ['os', 1],
  ])('with DURABILITY=%s commits with synchronous=%i, in WAL mode', async (DURABILITY, synchronous) => {
    await restart({ env: { DURABILITY } });
    expect(database().write('PRAGMA synchronous').get()).toEqual({ synchronous });
    expect(database().write('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });

  it('stops the start when it is damaged, and names the file', async () => {
    await app.stop();
    for (const suffix of ['-wal', '-shm']) rmSync(join(dataDir, `services.sqlite${suffix}`), { force: true });
    writeFileSync(join(dataDir, 'services.sqlite'), 'this is no database, however one reads it'.repeat(100));
    await expect(TestApp.start({ dataDir })).rejects.toThrow(StartError);
    await expect(TestApp.start({ dataDir })).rejects.toThrow(/services\.sqlite is damaged/);
    rmSync(join(dataDir, 'services.sqlite'));
    app = await TestApp.start({ dataDir });
  });

  it('runs each migration once', async () => {
    const migrations = (): unknown[] => database().read('SELECT name FROM migrations ORDER BY name').all();
    const before = migrations();
    await restart();
    expect([before.length > 0, migrations()]).toEqual([true, before]);
  });

  it('can be read by others while the server runs', async () => {
    await makeCommit(app);
    const other = new Database(join(dataDir, 'services.sqlite'), { readonly: true });
    expect(other.prepare('SELECT commit_id FROM commits').pluck().all()).toEqual(['c-1']);
    other.close();
  });
});

describe('a full disk', () => {
  it('refuses writes and changes nothing, answers reads, and takes writes again when it can', async () => {
    const skill = await makeSkill(app);
    const stream = await TestStream.open(`${app.url}/skills/stream`);
    const before = app.storedText();
    limitPages(1);
    const answers = await Promise.all(['a', 'b', 'review'].map((name) => publish(name, 'x'.repeat(1 << 20))));
    for (const { status, body, headers } of answers) {
      expect([status, body, headers['retry-after']]).toEqual([503, REFUSED, '1']);
    }
    expect(app.storedText()).toBe(before);
    expect((await app.api.get('/skills/items')).body).toEqual({ skills: [skill], count: 1 });
    expect((await app.anonymous.get('/health/ready')).status).toBe(503);

    limitPages(1_000_000);
    const next = await publish('review', 'next');
    expect([next.status, next.body.version]).toEqual([201, 2]);
    expect((await app.anonymous.get('/health/ready')).status).toBe(200);
    expect(await stream.next()).toMatchObject({ data: { name: 'review', version: 2 } });
    stream.close();
    await restart();
    expect((await app.api.get('/skills/items')).body).toEqual({ skills: [next.body], count: 1 });
  });

  it('that has become read-only does the same', async () => {
    const skill = await makeSkill(app);
    const before = app.storedText();
    database().write('PRAGMA query_only = ON').run();
    const { status, body } = await publish('review', 'x');
    expect([status, body]).toEqual([503, REFUSED]);
    expect(app.storedText()).toBe(before);
    expect((await app.api.get('/skills/items')).body).toEqual({ skills: [skill], count: 1 });
    database().write('PRAGMA query_only = OFF').run();
    expect((await publish('review', 'next')).status).toBe(201);
  });

  it('refuses all that share a transaction when it cannot be committed', async () => {
    const before = app.storedText();
    // Another process that holds the file: COMMIT is out of reach.
    const other = new Database(join(dataDir, 'services.sqlite'));
    database().write('PRAGMA busy_timeout = 10').get();
    other.exec('BEGIN IMMEDIATE');
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, i) => app.api.post('/commits').send({ commitId: `c-${i}`, vmId: 'vm-1' })),
    );
    expect(answers.map(({ status, body }) => [status, body as unknown])).toEqual(answers.map(() => [503, REFUSED]));
    other.exec('ROLLBACK');
    other.close();
    expect(app.storedText()).toBe(before);
    await makeCommit(app);
  });
});

describe('a transaction', () => {
  it('is shared by changes that wait, of which each is kept or not on its own', async () => {
    const insert = database().write('INSERT INTO hub_versions VALUES (?, ?, ?)');
    const versions = database().read<{ name: string }, []>('SELECT name FROM hub_versions ORDER BY name');
    const told: string[] = [];
    const change = (name: string, error?: Error): Promise<string> =>
      database().change((announce) => {
        insert.run('test', name, 1);
        // What is not committed is seen by no request.
        expect(versions.all()).toEqual([]);
        announce(() => told.push(`${name} of ${versions.all().length}`));
        if (error) throw error;
        return name;
      });
    const outcomes = await Promise.allSettled([
      change('a'),
      change('b', new Error('a mistake')),
      change('c'),
      change('a'),
      change('d'),
    ]);
    expect(outcomes).toMatchObject([
      { value: 'a' },
      { reason: { message: 'a mistake' } },
      { value: 'c' },
      { reason: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' } },
      { value: 'd' },
    ]);
    expect(versions.all().map(({ name }) => name)).toEqual(['a', 'c', 'd']);
    expect(told).toEqual(['a of 3', 'c of 3', 'd of 3']);
  });

  it('ends the process when the disk could not sync it', async () => {
    const onFatal = jest.fn();
    database().onFatal = onFatal;
    const failure = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' });
    const refused = database().change(() => {
      throw failure;
    });
    await expect(refused).rejects.toMatchObject({ code: 'unavailable', cause: failure });
    // Until it has ended, nothing that comes may look as if it were on the disk.
    await expect(database().change(() => 'more')).rejects.toMatchObject({ code: 'unavailable' });
    expect(onFatal).toHaveBeenCalledTimes(1);
  });
});
