import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealLine } from './log-line.js';
import { BrokenTail, scanBatches } from './log-scan.js';

let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vers-scan-'));
  path = join(folder, 'some.jsonl');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The bytes of batches 1, 2, …, with so many lines each; `sizes[i]` is how long the file is after batch i. */
function batches(...lineCounts: number[]): { bytes: Buffer; sizes: number[] } {
  let text = '';
  const sizes = lineCounts.map((count, i) => {
    for (let n = 1; n <= count; n += 1)
      text += `${sealLine(`{"n":${n}}`, { batch: i + 1, number: n, lines: count })}\n`;
    return Buffer.byteLength(text);
  });
  return { bytes: Buffer.from(text), sizes };
}

function scan(bytes: Buffer, from = 0, afterBatch?: number): { batches: number; tail: BrokenTail | undefined } {
  writeFileSync(path, bytes);
  const scanned = scanBatches(path, from, afterBatch);
  let count = 0;
  let step = scanned.next();
  for (; !step.done; step = scanned.next()) count += 1;
  return { batches: count, tail: step.value };
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe('scanBatches', () => {
  it('reads all batches of an undamaged file', () => {
    expect(scan(batches(1, 3, 2).bytes)).toEqual({ batches: 3, tail: undefined });
  });

  it('reads an empty file', () => {
    expect(scan(Buffer.alloc(0))).toEqual({ batches: 0, tail: undefined });
  });

  it('keeps exactly the whole batches of a file that was cut off at any byte', () => {
    const { bytes, sizes } = batches(1, 3, 2);
    for (let length = 0; length <= bytes.length; length += 1) {
      const whole = sizes.filter((size) => size <= length);
      const offset = whole.at(-1) ?? 0;
      const tail = offset === length ? undefined : { offset, isDamage: false };
      expect([length, scan(bytes.subarray(0, length))]).toEqual([length, { batches: whole.length, tail }]);
    }
  });

  it('takes any flipped bit in the last batch for an unfinished write', () => {
    const { bytes, sizes } = batches(1, 2, 3);
    for (let at = sizes[1] ?? 0; at < bytes.length; at += 1) {
      expect([at, scan(flipped(bytes, at))]).toEqual([at, { batches: 2, tail: { offset: sizes[1], isDamage: false } }]);
    }
  });

  it('takes any flipped bit before the last batch for damage', () => {
    const { bytes, sizes } = batches(1, 2, 3, 1);
    // But for the line break before the last batch, which then is a part of the broken line.
    for (let at = 0; at < (sizes[2] ?? 0) - 1; at += 1) {
      expect([at, scan(flipped(bytes, at)).tail?.isDamage]).toEqual([at, true]);
    }
  });

  it('takes a missing line before the last batch for damage', () => {
    const lines = batches(2, 2, 2)
      .bytes.toString()
      .split(/(?<=\n)/);
    for (const missing of [0, 1, 2, 3]) {
      const bytes = Buffer.from(lines.filter((_, i) => i !== missing).join(''));
      expect(scan(bytes).tail?.isDamage).toBe(true);
    }
  });

  it('takes a lost break between two batches for damage, of which the first was whole', () => {
    const { bytes, sizes } = batches(1, 1, 2);
    const scanned = scan(flipped(bytes, (sizes[1] ?? 0) - 1));
    expect(scanned).toEqual({ batches: 1, tail: { offset: sizes[0], isDamage: true } });
  });

  it('takes zeros in the place of a part of the last batch for an unfinished write', () => {
    const { bytes, sizes } = batches(2, 4);
    const hole = Buffer.from(bytes).fill(0, (sizes[0] ?? 0) + 5, (sizes[0] ?? 0) + 60);
    expect(scan(hole)).toEqual({ batches: 1, tail: { offset: sizes[0], isDamage: false } });
  });

  it('goes on from a position', () => {
    const { bytes, sizes } = batches(1, 2, 3);
    expect(scan(bytes, sizes[0], 1)).toEqual({ batches: 2, tail: undefined });
  });

  it('accepts lines without a seal only before those with one', () => {
    const old = Buffer.from('{"id":"old"}\n');
    const sealed = batches(1).bytes;
    expect(scan(Buffer.concat([old, sealed]))).toEqual({ batches: 2, tail: undefined });
    expect(scan(Buffer.concat([sealed, old]))).toEqual({ batches: 1, tail: { offset: sealed.length, isDamage: true } });
    expect(scan(Buffer.concat([sealed, old]), sealed.length, 1).tail).toEqual({
      offset: sealed.length,
      isDamage: true,
    });
  });

  it('reads lines longer than a chunk', () => {
    const line = sealLine(JSON.stringify({ text: 'x'.repeat(3 << 20) }), { batch: 1, number: 1, lines: 1 });
    expect(scan(Buffer.from(`${line}\n`))).toEqual({ batches: 1, tail: undefined });
  });
});
