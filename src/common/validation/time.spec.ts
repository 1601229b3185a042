import { describe, expect, it } from '@jest/globals';
import { parseDuration, parseInstant } from './time.js';

describe('parseDuration', () => {
  it.each([
    ['30m', 1_800_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['4w', 2_419_200_000],
    ['0m', 0],
    ['1s', undefined],
    ['h', undefined],
    ['-1h', undefined],
    ['1.5h', undefined],
    ['1h30m', undefined],
  ])('%s → %s', (text, expected) => expect(parseDuration(text)).toBe(expected));
});

describe('parseInstant', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.123456Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31T12:00:00 02:00', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31T12:00:00-0230', '2026-01-31T14:30:00.000Z'],
    ['2026-13-01', undefined],
    ['2026-02-30', undefined],
    ['2026-02-30T12:00', undefined],
    ['9999-12-31T23:59:59-01:00', '9999-12-31T23:59:59.999Z'],
    ['2026-01-31T25:00', undefined],
    ['yesterday', undefined],
    ['1738324800000', undefined],
    ['31 January 2026', undefined],
  ])('%s → %s', (text, expected) => expect(parseInstant(text)).toBe(expected));
});
