import { describe, expect, it } from '@jest/globals';
import { retryRounds } from './torture/retry-rounds.ts';

describe('requests that are sent until they are answered, while the server is killed at random moments', () => {
  it('are each one record and one answer', async () => {
    const { problems, answered, sentAgain, replayed } = await retryRounds({ kills: 6, writers: 16, writesMax: 300 });
    expect(problems).toEqual([]);
    expect(answered).toBeGreaterThan(150);
    expect(sentAgain).toBeGreaterThan(20);
    expect(replayed).toBeGreaterThan(10);
  }, 180_000);
});
