import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startOn } from '../../../bench/support/child-server.ts';
import { HttpClient } from '../../../bench/support/http-client.ts';
import { KillRound } from './kill-round.ts';
import { killAtRandom } from './random-kill.ts';
import { FeedWatch, SkillsWatch } from './stream-watch.ts';

const WRITERS = 24;
const FEED_READERS = 4;
const SKILL_READERS = 2;

export interface KillOptions {
  rounds: number;
  /** So many writes are acknowledged in a round at most, and half of them on average, before the kill is due. */
  writesMax: number;
  onRound?: (round: number) => void;
}

export interface KillFigures {
  rounds: number;
  acknowledged: number;
  /** Acknowledged while the load lasted. */
  perSecond: number;
  inDoubt: number;
  delivered: number;
  /** From the start of the process to its first good answer, in milliseconds. */
  restartsMs: number[];
  problems: string[];
}

/** Starts a server, writes, kills it at a random moment, starts it again and compares, again and again on one folder. */
export async function killRounds({ rounds, writesMax, onRound }: KillOptions): Promise<KillFigures> {
  const place = {
    dataDir: mkdtempSync(join(tmpdir(), 'vers-kill-')),
    token: randomBytes(16).toString('hex'),
    port: await freePort(),
  };
  const figures: KillFigures = {
    rounds,
    acknowledged: 0,
    perSecond: 0,
    inDoubt: 0,
    delivered: 0,
    restartsMs: [],
    problems: [],
  };
  let server = await startOn(place);
  const http = new HttpClient(server.url, place.token);
  const streams = [await FeedWatch.open(http, FEED_READERS), await SkillsWatch.open(http, SKILL_READERS)];
  let loadMs = 0;
  let largestId = '';
  try {
    for (let i = 1; i <= rounds; i += 1) {
      const round = new KillRound(http, `r${i}`, largestId);
      const startedAt = performance.now();
      await Promise.all([round.run(WRITERS), killAtRandom(server, round, writesMax)]);
      loadMs += performance.now() - startedAt;
      const restartedAt = performance.now();
      server = await startOn(place);
      figures.restartsMs.push(performance.now() - restartedAt);
      const problems = await round.verify();
      for (const stream of streams) problems.push(...(await stream.compare(`mark-${i}`)));
      figures.problems.push(...problems.map((problem) => `round ${i}: ${problem}`));
      figures.acknowledged += round.acknowledged;
      figures.inDoubt += round.inDoubt;
      largestId = round.largestId;
      onRound?.(i);
    }
    figures.perSecond = figures.acknowledged / (loadMs / 1000);
    figures.delivered = streams.reduce((sum, { delivered }) => sum + delivered, 0);
    return figures;
  } finally {
    for (const stream of streams) stream.close();
    http.close();
    await server.kill();
    rmSync(place.dataDir, { recursive: true, force: true });
  }
}
