import { describe, expect, it } from '@jest/globals';
import { KillFigures, killRounds } from './torture/kill-rounds.ts';

/** Side by side, so that one server starts while the other works. */
const LANES = [13, 12];

describe('kill -9 at random moments under writes to all services', () => {
  it('loses, doubles and halves nothing that was acknowledged, ids go on, and streams resume without a gap', async () => {
    const lanes = await Promise.all(LANES.map((rounds) => killRounds({ rounds, writesMax: 120 })));
    const sum = (figure: (lane: KillFigures) => number): number =>
      lanes.reduce((total, lane) => total + figure(lane), 0);
    expect(lanes.flatMap(({ problems }) => problems)).toEqual([]);
    expect(sum(({ acknowledged }) => acknowledged)).toBeGreaterThan(500);
    expect(sum(({ delivered }) => delivered)).toBeGreaterThan(100);
  }, 240_000);
});
