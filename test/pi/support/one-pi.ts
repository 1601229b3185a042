import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { Pi } from './pi.js';
import type { World } from './world.js';

/**
 * One pi for all tests of a `describe`, each of which begins with a session of its own.
 * @param take is given what was opened, before the first test
 */
export function onePi(open: () => Promise<World>, take: (world: World, pi: Pi) => void): void {
  let world: World | undefined;
  let pi: Pi | undefined;
  beforeAll(async () => {
    world = await open();
    pi = world.rpc();
    take(world, pi);
  });
  beforeEach(() => pi?.newSession());
  afterAll(() => world?.close());
}
