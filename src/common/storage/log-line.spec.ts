import { describe, expect, it } from '@jest/globals';
import { readLine, sealLine } from './log-line.js';

const JSON_TEXT = '{"id":"1","text":"tüt, \\"_crc\\" and more"}';

describe('a sealed line', () => {
  const line = Buffer.from(sealLine(JSON_TEXT, { batch: 42, number: 1, lines: 4 }));

  it('gives back what was sealed', () => {
    expect(readLine(line)).toEqual({ json: JSON_TEXT, position: { batch: 42, number: 1, lines: 4 } });
  });

  it('is one JSON object with the seal as its last key', () => {
    expect(Object.keys(JSON.parse(line.toString()) as object)).toEqual(['id', 'text', '_crc']);
  });

  it('is refused with any one bit flipped', () => {
    for (let bit = 0; bit < line.length * 8; bit += 1) {
      const flipped = Buffer.from(line);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readLine(flipped)).toBeUndefined();
    }
  });

  it('is refused when cut off anywhere', () => {
    for (let length = 0; length < line.length; length += 1) expect(readLine(line.subarray(0, length))).toBeUndefined();
  });
});

describe('a line without a seal', () => {
  it.each([
    ['{"id":"1"}', { json: '{"id":"1"}' }],
    ['[1]', undefined],
    ['null', undefined],
    ['{"id":', undefined],
    ['', undefined],
  ])('%s', (text, expected) => expect(readLine(Buffer.from(text))).toEqual(expected));
});
