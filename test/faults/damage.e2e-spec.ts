import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../../src/common/errors/start-error.js';
import { discardIndex } from '../../src/common/storage/index-database.js';
import { Disk } from '../../src/common/storage/disk.js';
import { repairLogs } from '../../src/common/storage/repair.js';
import { temporaryFolder } from '../support/app.js';
import { Storage } from './support/storage.js';

const RUNS = Number(process.env['DAMAGE_RUNS'] ?? 30);
const TIMEOUT_MS = 30_000 + RUNS * 1000;
/** Batches that are written one after the other; with the index gone only the last of them can pass for a torn write. */
const BATCHES = [[1], [2, 3, 4], [5], [6, 7]];
const ALL = BATCHES.flat();
const NEWLINE = 0x0a;

let folder: string;
let copies: number;
/** Where each batch of the whole file ends. */
let ends: number[];

beforeAll(() => {
  Logger.overrideLogger(false);
});
beforeEach(async () => {
  folder = temporaryFolder();
  copies = 0;
  const storage = await Storage.open(join(folder, 'whole'));
  ends = [];
  for (const batch of BATCHES) {
    await Promise.all(batch.map((number) => storage.append(number)));
    ends.push(whole().length);
  }
  await storage.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const whole = (): Buffer => readFileSync(join(folder, 'whole', 'log.jsonl'));

/** A copy of the whole folder, to be damaged. */
function copy(options: { index: boolean }): string {
  const to = join(folder, String((copies += 1)));
  cpSync(join(folder, 'whole'), to, { recursive: true });
  if (!options.index) discardIndex(to);
  return to;
}

/** What a start makes of a folder: the entries that can be read, or the refusal. */
async function startOn(dataDir: string): Promise<number[] | StartError> {
  try {
    const storage = await Storage.open(dataDir);
    const { entries } = storage.visible();
    await storage.close();
    return entries;
  } catch (error) {
    if (error instanceof StartError) return error;
    throw error;
  }
}

/** The bytes that were taken out of the log and kept beside it. */
function kept(dataDir: string, kind: 'torn' | 'damaged'): Buffer {
  const names = readdirSync(dataDir).filter((name) => name.startsWith(`log.jsonl.${kind}-`));
  return Buffer.concat(names.map((name) => readFileSync(join(dataDir, name))));
}

/** Repairs as the refusal says and gives the entries that are left. */
async function repaired(dataDir: string, refusal: unknown, line: number): Promise<number[] | StartError> {
  const message = (refusal as Error).message;
  expect(message).toContain(join(dataDir, 'log.jsonl'));
  expect(message).toMatch(new RegExp(`line ${line} .* npm run repair$`));
  await repairLogs(dataDir, new Disk(), 'now');
  return startOn(dataDir);
}

describe('a log that is cut off at any byte', () => {
  const lengths = fc.noBias(fc.nat({ max: 1500 })).map((cut) => Math.max(0, whole().length - 1 - cut));

  it(
    'stops the start when the index has read further, and repair keeps what is no whole line',
    async () => {
      await fc.assert(
        fc.asyncProperty(lengths, async (length) => {
          const dataDir = copy({ index: true });
          truncateSync(join(dataDir, 'log.jsonl'), length);
          const refusal = await startOn(dataDir);
          const wholeBatches = ends.filter((end) => end <= length).length;
          const before = BATCHES.slice(0, wholeBatches).flat();
          const text = whole().subarray(0, length);
          const left = await repaired(dataDir, refusal, before.length + 1);
          // A line of a batch that lost others is a change of its own, and readable.
          expect(left).toEqual(ALL.slice(0, text.toString().split('\n').length - 1));
          const rest = text.subarray(text.lastIndexOf('\n') + 1);
          expect(kept(dataDir, 'damaged').toString()).toBe(rest.length > 0 ? `${rest.toString()}\n` : '');
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'is read up to its last whole batch without the index, and what is cut is kept',
    async () => {
      await fc.assert(
        fc.asyncProperty(lengths, async (length) => {
          const dataDir = copy({ index: false });
          truncateSync(join(dataDir, 'log.jsonl'), length);
          const wholeBatches = ends.filter((end) => end <= length).length;
          expect(await startOn(dataDir)).toEqual(BATCHES.slice(0, wholeBatches).flat());
          expect(kept(dataDir, 'torn')).toEqual(whole().subarray(ends[wholeBatches - 1] ?? 0, length));
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});

describe('a flipped bit in a log', () => {
  const flip = fc.record({ at: fc.noBias(fc.nat({ max: 5000 })), bit: fc.nat({ max: 7 }) });

  /** A folder with that bit flipped; `left` are the entries of the lines that it is not in. */
  function flipped({ at, bit }: { at: number; bit: number }, options: { index: boolean }) {
    const dataDir = copy(options);
    const bytes = whole();
    const place = at % bytes.length;
    const line = bytes.subarray(0, place).toString().split('\n').length;
    // Where the break between two lines was hit, both are lost.
    const lost = bytes[place] === NEWLINE ? 2 : 1;
    const left = ALL.filter((_, i) => i < line - 1 || i >= line - 1 + lost);
    bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
    writeFileSync(join(dataDir, 'log.jsonl'), bytes);
    const batch = ends.findIndex((end) => end > place);
    return { dataDir, bytes, left, batch, before: BATCHES.slice(0, batch).flat() };
  }

  it(
    'stops the start that reads it, and repair cuts out and keeps no more than the lines it is in',
    async () => {
      await fc.assert(
        fc.asyncProperty(flip, async (one) => {
          const { dataDir, bytes, left, batch, before } = flipped(one, { index: false });
          const outcome = await startOn(dataDir);
          if (batch === BATCHES.length - 1) {
            // Only the index could tell the last batch from a write that was cut off.
            expect([outcome, kept(dataDir, 'torn')]).toEqual([before, bytes.subarray(ends.at(-2))]);
          } else {
            expect(await repaired(dataDir, outcome, before.length + 1)).toEqual(left);
            const lines = bytes.toString('latin1').split('\n');
            for (const line of kept(dataDir, 'damaged').toString('latin1').trimEnd().split('\n')) {
              expect(lines).toContain(line);
            }
          }
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'changes no answer while the index stands, or stops the start',
    async () => {
      await fc.assert(
        fc.asyncProperty(flip, async (one) => {
          const { dataDir, left, before } = flipped(one, { index: true });
          const outcome = await startOn(dataDir);
          if (outcome instanceof StartError) {
            expect(await repaired(dataDir, outcome, before.length + 1)).toEqual(left);
          } else {
            expect(outcome).toEqual(ALL);
          }
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});
