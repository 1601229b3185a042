import { setTimeout as sleep } from 'node:timers/promises';
import type { MortalServer } from '../../../bench/support/child-server.ts';

/** Enough for several commits, so that the kill may come at any point of one. */
const MOMENT_MAX_MS = 60;

/** Writes that go on meanwhile. */
export interface Progress {
  acknowledged: number;
  isOver: boolean;
}

/**
 * Kills a server at a random moment: after so many more acknowledged writes, the number being random too, or when the writes
 * are over. So it does not matter how fast the machine is.
 */
export async function killAtRandom(server: MortalServer, progress: Progress, writesMax: number): Promise<void> {
  const enough = progress.acknowledged + Math.random() * writesMax;
  while (progress.acknowledged < enough && !progress.isOver) await sleep(1);
  await sleep(Math.random() * MOMENT_MAX_MS);
  await server.kill();
}
