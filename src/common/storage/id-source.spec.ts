import { describe, expect, it } from '@jest/globals';
import { decodeTime } from 'ulid';
import { Clock } from '../clock.js';
import { IdSource, isUlid, smallestIdAt } from './id-source.js';

class FakeClock extends Clock {
  time = Date.UTC(2026, 0, 31, 12);
  override now(): number {
    return this.time;
  }
}

describe('IdSource', () => {
  it('draws ULIDs of the current time', () => {
    const clock = new FakeClock();
    const id = new IdSource(clock).next();
    expect([isUlid(id), decodeTime(id)]).toEqual([true, clock.time]);
  });

  it('increases within a millisecond', () => {
    const ids = new IdSource(new FakeClock());
    const drawn = Array.from({ length: 10_000 }, () => ids.next());
    expect(drawn).toEqual([...new Set(drawn)].sort());
  });

  it('increases while the clock steps back', () => {
    const clock = new FakeClock();
    const ids = new IdSource(clock);
    const before = ids.next();
    clock.time -= 3_600_000;
    expect(ids.next() > before).toBe(true);
  });

  it('goes on behind a seed, also one from the future', () => {
    const clock = new FakeClock();
    const ids = new IdSource(clock);
    const seed = smallestIdAt(clock.time + 3_600_000);
    ids.seed(seed);
    expect(ids.next() > seed).toBe(true);
  });

  it('ignores a smaller seed and what is no ULID', () => {
    const ids = new IdSource(new FakeClock());
    const before = ids.next();
    ids.seed(smallestIdAt(0));
    ids.seed('~not a ulid~');
    expect(ids.largest).toBe(before);
  });
});
