import { expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { fuzz } from './fuzz/campaign.ts';

const REQUESTS = 2000;
const MAX_MS = 180_000;

it(
  'answers hostile requests as documented, stores nothing of what it refuses, and opens nothing',
  async () => {
    const seed = randomInt(1, 2 ** 31);
    const { tally, problem } = await fuzz(REQUESTS, seed);
    expect({ again: `npm run fuzz -- --seed ${seed} --requests ${REQUESTS}`, problem }).toEqual({
      again: expect.anything(),
      problem: undefined,
    });
    expect(tally.sent).toBeGreaterThan(REQUESTS);
  },
  MAX_MS,
);
