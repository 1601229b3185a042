import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Disk } from '../src/common/storage/disk.js';
import { temporaryFolder, TestApp, TOKEN } from './support/app.js';
import {
  AT,
  ID,
  LEGACY_SERVED,
  legacyFiles,
  lines,
  served,
  sessionValues,
  writeFiles,
  writeLinks,
  writeUsage,
} from './support/legacy.js';
import { ServerProcess } from './support/server.js';

/** So many more of everything that a kill finds the takeover at work. */
const MANY = 1000;

let legacy: string;
let dataDir: string;

beforeEach(() => {
  legacy = temporaryFolder();
  dataDir = temporaryFolder();
});

afterEach(() => {
  for (const folder of [legacy, dataDir]) rmSync(folder, { recursive: true, force: true });
});

function fresh(): void {
  rmSync(dataDir, { recursive: true });
  cpSync(legacy, dataDir, { recursive: true });
}

/** What is served of the folder, whose predecessor's files must all be done with. */
async function outcome(): Promise<unknown> {
  const app = await TestApp.start({ dataDir });
  try {
    const names = readdirSync(dataDir);
    const imported = readdirSync(legacy).map((name) => `${name}.imported`);
    expect(imported.filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
    return await served(app);
  } finally {
    await app.stop();
  }
}

/** A disk that gives up at one of its steps, before or after it has done it, and does nothing any more. */
class DyingDisk extends Disk {
  steps = 0;

  constructor(
    private readonly last: number,
    private readonly isDone: boolean,
  ) {
    super();
  }

  override move(from: string, to: string): Promise<void> {
    return this.step(() => super.move(from, to));
  }

  override remove(path: string): Promise<void> {
    return this.step(() => super.remove(path));
  }

  private async step(act: () => Promise<void>): Promise<void> {
    this.steps += 1;
    if (this.steps < this.last || (this.steps === this.last && this.isDone)) await act();
    if (this.steps >= this.last) throw new Error('the disk is gone');
  }
}

describe('a takeover that ends early', () => {
  it.each([true, false])(
    'goes on at the next start, at whatever step it ended (done: %s)',
    async (isDone) => {
      // One of each way: into a log of another name, of the same name, into tables, and a DuckDB file.
      const { 'board.json': board = '', 'feed.jsonl': feed = '', 'skills.json': skills = '' } = legacyFiles();
      writeFiles(legacy, { 'board.json': board, 'feed.jsonl': feed, 'skills.json': skills });
      await writeUsage(legacy, [sessionValues(ID(70), 's-1', 2)]);
      const { tasks, events, skills: hub, sessions } = LEGACY_SERVED;
      let hasEnded = true;
      for (let step = 1; hasEnded; step += 1) {
        fresh();
        hasEnded = false;
        // The second start dies as well, at its first step.
        for (const last of [step, 1]) {
          const disk = new DyingDisk(last, isDone);
          await TestApp.start({ dataDir, disk }).then(
            (app) => app.stop(),
            () => (hasEnded ||= last === step && disk.steps >= last),
          );
        }
        expect([step, await outcome()]).toMatchObject([step, { tasks, events, skills: hub, sessions }]);
      }
    },
    120_000,
  );
});

describe('kill -9', () => {
  it('at any moment of a takeover loses and doubles nothing', async () => {
    const events = Array.from({ length: MANY }, (_, i) => ({
      ...{ id: ID(1000 + i), agent: 'bob', type: 'custom', summary: `event ${i}`, timestamp: AT(1) },
    }));
    const sessions = Array.from({ length: MANY }, (_, i) => sessionValues(`s${i}`, `s-${i}`, 2));
    const commits = events.map(({ id, timestamp }) => ({ id, commitId: id, vmId: 'v', timestamp }));
    writeFiles(legacy, { ...legacyFiles(), 'feed.jsonl': lines(events), 'commits.jsonl': lines(commits) });
    writeLinks(legacy);
    await writeUsage(legacy, sessions);
    fresh();
    const whole = await outcome();
    const marks = ['services.sqlite-wal', 'board.jsonl.part', 'feed.jsonl.part', 'feed.jsonl.imported'];
    marks.push('commits.jsonl.imported', 'reports.db.imported', 'usage.duckdb.part', 'usage.duckdb.imported');
    for (const [round, mark] of marks.entries()) {
      fresh();
      await killAt(mark, round / 2);
      expect([round, await outcome()]).toEqual([round, whole]);
    }
  }, 120_000);
});

/** Kills a server so many milliseconds after a file has appeared in its folder. */
async function killAt(name: string, delayMs: number): Promise<void> {
  const server = await ServerProcess.spawn({ DATA_DIR: dataDir, VERS_AUTH_TOKEN: TOKEN, HOST: '127.0.0.1' });
  while (!existsSync(join(dataDir, name)) && server.child.exitCode === null) await sleep(1);
  await sleep(delayMs);
  await server.end('SIGKILL');
}
