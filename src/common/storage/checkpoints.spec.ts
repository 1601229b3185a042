import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import BetterSqlite3 from 'better-sqlite3';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IndexDatabase } from './index-database.js';

const PAGE = 'x'.repeat(4000);
const SHORT_PAGES = 100;
const LONG_PAGES = 600;

let folder: string;
let index: IndexDatabase;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vers-checkpoints-'));
  index = await open();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await index.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<IndexDatabase> {
  const opened = new IndexDatabase(folder);
  await opened.open(['CREATE TABLE pages (text TEXT NOT NULL);']);
  return opened;
}

function commit(pages: number): void {
  const insert = index.write<unknown, [string]>('INSERT INTO pages VALUES (?)');
  index.begin();
  for (let i = 0; i < pages; i += 1) insert.run(PAGE);
  index.commit();
}

const count = (): number | undefined => index.read<{ n: number }, []>('SELECT count(*) AS n FROM pages').get()?.n;

/** Pages in the write-ahead log. */
function logPages(): number {
  const connection = new BetterSqlite3(join(folder, 'index.sqlite'));
  const [state] = connection.pragma('wal_checkpoint(NOOP)') as { log: number }[];
  connection.close();
  return state?.log ?? NaN;
}

/** After a log that was long: its thread is at hand from then on. */
async function untilShort(): Promise<void> {
  while (logPages() > SHORT_PAGES) {
    commit(1);
    await sleep(5);
  }
}

it('has a long log copied while commits and reads go on, and begins it anew', async () => {
  for (let round = 1; round <= 3; round += 1) {
    commit(LONG_PAGES);
    expect(logPages()).toBeGreaterThan(LONG_PAGES);
    await untilShort();
  }
  expect(count()).toBeGreaterThan(3 * LONG_PAGES);
});

it('leaves a short log as it is', async () => {
  commit(LONG_PAGES);
  await untilShort();
  // What is copied at each commit never gets so long.
  while (logPages() <= 2 * SHORT_PAGES) {
    commit(SHORT_PAGES);
    await sleep(100);
  }
  expect(count()).toBeGreaterThan(LONG_PAGES + 2 * SHORT_PAGES);
});

it('keeps everything when it is closed while the log is copied', async () => {
  for (const total of [1, 2, 3]) {
    commit(LONG_PAGES);
    await index.close();
    index = await open();
    expect(count()).toBe(total * LONG_PAGES);
  }
});

it('leaves the copying to the commits when its thread fails', async () => {
  const warned = new Promise<{ msg: string }>((resolve) =>
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(resolve),
  );
  const [path, away] = [join(folder, 'index.sqlite'), join(folder, 'away')];
  renameSync(path, away);
  commit(LONG_PAGES);
  expect((await warned).msg).toMatch('has failed');
  renameSync(away, path);
  commit(8000);
  commit(1);
  commit(1);
  expect([count(), logPages() < SHORT_PAGES]).toEqual([LONG_PAGES + 8002, true]);
});
