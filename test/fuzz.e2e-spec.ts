import { expect, it } from '@jest/globals';
import { fuzz } from './fuzz/campaign.ts';

const REQUESTS = 2000;
/** The same each time; `npm run fuzz` tries others. */
const SEED = 1;
const MAX_MS = 180_000;

it(
  'answers hostile requests as documented, stores nothing of what it refuses, and opens nothing',
  async () => {
    const { tally, problem } = await fuzz(REQUESTS, SEED);
    expect(problem).toBeUndefined();
    expect(tally.sent).toBeGreaterThan(REQUESTS);
  },
  MAX_MS,
);
