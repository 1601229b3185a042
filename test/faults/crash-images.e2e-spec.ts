import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/app.js';
import { FakeClock } from '../support/fake-clock.js';
import { HOUR_MS } from '../support/make.js';
import { crashImage, materialise, Tearing } from './support/crash-image.js';
import { RecordingDisk } from './support/recording-disk.js';
import { Storage } from './support/storage.js';
import { Step, Workload } from './support/workload.js';

/** Workloads, of which each is crashed {@link CRASHES} times. */
const RUNS = Number(process.env['CRASH_RUNS'] ?? 6);
const CRASHES = 12;
const TIMEOUT_MS = 30_000 + RUNS * 5000;
const TEARINGS: Tearing[] = ['none', 'all', 'prefix', 'sectors'];
const LOGS = ['feed', 'log', 'registry'];

let folder: string;
let images: number;

// Full disks and rebuilt indexes are what this is about.
beforeAll(() => {
  Logger.overrideLogger(false);
});

beforeEach(() => {
  folder = temporaryFolder();
  images = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const newFolder = (): string => join(folder, String((images += 1)));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      events: fc.nat(4),
      entries: fc.nat(4),
      vm: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('full' as const),
      events: fc.integer({ min: 1, max: 4 }),
      entries: fc.nat(4),
      room: fc.nat(400),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'clear' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'compact' }) },
);

interface Crash {
  /** When in the life of the disk, in thousandths of it. */
  at: number;
  tearing: Tearing;
  chances: number[];
  /** Which of the copies of the index that are not too young survived; 0 is none. */
  index: number;
}

const crash: fc.Arbitrary<Crash> = fc.record({
  at: fc.noBias(fc.nat(1000)),
  tearing: fc.constantFrom(...TEARINGS),
  chances: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
  index: fc.nat(4),
});

/** The folder that a crash leaves of a workload; `from` is the earliest moment it may happen at. */
function leftBy(workload: Workload, { at, tearing, chances, index }: Crash, from = 0) {
  const moment = from + Math.round((at * (workload.moment - from)) / 1000);
  let draw = 0;
  const chance = (max: number): number => (chances[(draw += 1) % chances.length] ?? 0) % (max + 1);
  const image = crashImage(workload.disk.trace.slice(0, moment), tearing, chance);
  const crashed = newFolder();
  mkdirSync(crashed);
  materialise(image, crashed);
  const old = [undefined, ...workload.indexes.filter((copy) => copy.moment <= moment).reverse()][index];
  if (old) for (const file of readdirSync(old.folder)) copyFileSync(join(old.folder, file), join(crashed, file));
  return { moment, image, folder: crashed };
}

/** What a start did to the logs: all that it took away must be in a file beside them. */
function expectNothingSkipped(image: Map<string, Buffer>, crashed: string): void {
  for (const log of LOGS) {
    const before = image.get(`${log}.jsonl`) ?? image.get(`${log}.jsonl.new`) ?? Buffer.alloc(0);
    const torn = readdirSync(crashed).filter((name) => name.startsWith(`${log}.jsonl.torn-`));
    const parts = [`${log}.jsonl`, ...torn].map((name) => readFileSync(join(crashed, name)));
    expect(Buffer.concat(parts).equals(before)).toBe(true);
  }
}

async function lived(steps: Step[], clock: FakeClock): Promise<Workload> {
  const root = newFolder();
  mkdirSync(root);
  const disk = new RecordingDisk(root);
  const storage = await Storage.open(root, disk, clock);
  const workload = new Workload(disk, `${root}-indexes`);
  for (const one of steps) await workload.run(storage, one);
  await storage.close();
  return workload;
}

describe('a power loss at any moment', () => {
  it(
    'leaves every acknowledged write, no part of a batch, nothing refused, and ids that go on',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 2, maxLength: 8 }),
          fc.array(crash, { minLength: CRASHES, maxLength: CRASHES }),
          async (steps, crashes) => {
            const clock = new FakeClock();
            const workload = await lived(steps, clock);
            const earlier = new FakeClock(clock.time - HOUR_MS);
            for (const one of crashes) {
              const left = leftBy(workload, one);
              const storage = await Storage.open(left.folder, undefined, earlier);
              expect(workload.problemsOf(storage.visible(), left.moment)).toEqual([]);
              expect(storage.ids.next() > workload.largestId(left.moment)).toBe(true);
              expectNothingSkipped(left.image, left.folder);
              await storage.close();
            }
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'after kill -9 and a restart leaves what that restart showed to anyone',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 2, maxLength: 6 }),
          fc.array(fc.tuple(crash, crash), { minLength: CRASHES / 2, maxLength: CRASHES / 2 }),
          async (steps, crashes) => {
            const clock = new FakeClock();
            const workload = await lived(steps, clock);
            for (const [kill, powerLoss] of crashes) {
              const killed = leftBy(workload, { ...kill, tearing: 'all' });
              const disk = new RecordingDisk(killed.folder, workload.disk.trace.slice(0, killed.moment));
              const second = new Workload(disk, `${killed.folder}-indexes`);
              const storage = await Storage.open(killed.folder, disk, clock);
              const restarted = second.moment;
              const shown = storage.visible();
              second.continue(shown);
              await second.run(storage, { kind: 'write', events: 1, entries: 1, vm: true });
              await storage.close();
              const left = leftBy(second, powerLoss, restarted);
              const third = await Storage.open(left.folder, undefined, clock);
              expect(second.problemsOf(third.visible(), left.moment)).toEqual([]);
              await third.close();
            }
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
    TIMEOUT_MS,
  );
});
