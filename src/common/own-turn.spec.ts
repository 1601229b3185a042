import { expect, it } from '@jest/globals';
import { ownTurn } from './own-turn.js';

it('gives each one that waits another turn of the event loop, in the order of their coming', async () => {
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  const turns: [name: string, turn: number][] = [];
  const work = async (name: string): Promise<void> => {
    for (let i = 0; i < 2; i += 1) {
      await ownTurn();
      turns.push([name, turn]);
    }
  };
  await Promise.all(['a', 'b', 'c'].map(work));
  isOver = true;
  expect(turns.map(([name]) => name).join('')).toBe('abcabc');
  expect(new Set(turns.map(([, at]) => at)).size).toBe(6);
});
