import { beforeEach, describe, expect, it } from '@jest/globals';
import { Kept } from './kept.js';

let kept: Kept;
let made: number;
beforeEach(() => {
  kept = new Kept();
  made = 0;
});

/** How often the page had to be made, asked for now. */
function makes(key: string, items: string[] = ['{}']): number {
  const before = made;
  const make = (): { items: string[] } => {
    made += 1;
    return { items };
  };
  kept.page({ key: [key], version: 1, make });
  return made - before;
}

describe('what was asked for before', () => {
  it('is made once', () => {
    expect([makes('a'), makes('a'), makes('b')]).toEqual([1, 0, 1]);
  });

  it('is let go when a thousand others were asked for since, however small', () => {
    makes('first', []);
    for (let i = 0; i < 999; i++) makes(`other ${i}`, []);
    expect(makes('first', [])).toBe(0);
    for (let i = 0; i < 1000; i++) makes(`another ${i}`, []);
    expect(makes('first', [])).toBe(1);
  });

  it('weighs as much as its items and the answer made of them', () => {
    const halfMebibyte = ['x'.repeat(1 << 19)];
    makes('first', halfMebibyte);
    for (let i = 0; i < 14; i++) makes(`other ${i}`, halfMebibyte);
    expect(makes('first', halfMebibyte)).toBe(0);
    for (let i = 0; i < 15; i++) makes(`another ${i}`, halfMebibyte);
    expect(makes('first', halfMebibyte)).toBe(1);
  });

  it('weighs something for each item, and is not kept at all beyond 4 MiB', () => {
    const empty = (length: number): string[] => Array.from({ length }, () => '');
    expect([makes('many', empty(100_000)), makes('many')]).toEqual([1, 0]);
    expect([makes('more', empty(110_000)), makes('more')]).toEqual([1, 1]);
  });

  it('is not kept by a key that nobody will send again', () => {
    const [short, long] = ['k'.repeat(500), 'k'.repeat(600)];
    expect([makes(short), makes(short)]).toEqual([1, 0]);
    expect([makes(long), makes(long)]).toEqual([1, 1]);
  });
});
