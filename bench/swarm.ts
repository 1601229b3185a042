import { HttpClient } from './support/http-client.ts';
import { Meter } from './support/meter.ts';
import { ApiClient } from './swarm/api-client.ts';
import { cast } from './swarm/cast.ts';
import { FeedWatch } from './swarm/feed-watch.ts';
import { untilNothingIsHeld } from './swarm/lease-check.ts';
import { loadLedger, saveLedger } from './swarm/ledger-file.ts';
import { Ledger } from './swarm/ledger.ts';
import { readOptions, type SwarmOptions } from './swarm/options.ts';
import { OwnServer } from './swarm/own-server.ts';
import { showProgress } from './swarm/progress.ts';
import { shortId } from './swarm/random.ts';
import { printFindings, printWritten } from './swarm/report.ts';
import { SwarmApi } from './swarm/swarm-api.ts';
import { checkStream, verify } from './swarm/verification.ts';
import { World } from './swarm/world.ts';

const MINUTE_MS = 60_000;

/** Lets a swarm live, then looks whether the server kept what it acknowledged; true when it did. */
async function run(options: SwarmOptions): Promise<boolean> {
  if (!options.restart) return runAt(options, () => undefined);
  const server = await OwnServer.start();
  const { url, token } = server;
  try {
    let restarted = Promise.resolve();
    const isGood = await runAt({ ...options, url, token }, () => void (restarted = server.restart()));
    await restarted;
    return isGood;
  } finally {
    await server.remove();
  }
}

async function runAt(options: SwarmOptions, atHalf: () => void): Promise<boolean> {
  const { agents, minutes, pace, chaos, url, defaultUrl, token, record } = options;
  const base = url ?? defaultUrl;
  const http = new HttpClient(base, token);
  const meter = new Meter();
  const client = new ApiClient(http, meter);
  const ledger = new Ledger(`swarm-${shortId()}`);
  const watch = await FeedWatch.open(http, ledger.run);
  const world = new World(new SwarmApi(client, ledger), { agents, lifetimeMs: minutes * MINUTE_MS, pace, chaos });
  const half = setTimeout(atHalf, world.lifetimeMs / 2);
  process.once('SIGINT', () => world.end());

  console.log(`${agents} agents work at ${base} for ${minutes} min as ${ledger.run}`);
  const endProgress = showProgress(meter, ledger, world.lifetimeMs);
  await Promise.all(cast(world).map((agent) => agent.live()));
  endProgress();
  clearTimeout(half);
  if (record !== undefined) saveLedger(record, ledger, base);
  printWritten(ledger);
  await untilNothingIsHeld(client, ledger, world.leaseSeconds);
  await watch.drain(ledger);
  if (watch.breaks > 0) console.log(`\nThe stream broke ${watch.breaks} times and was resumed.`);
  // Heartbeats are kept in memory for a moment, so a server that went away may have forgotten the last ones.
  const heartbeats = watch.breaks === 0;
  const findings = [...(await verify(client, ledger, { heartbeats })), checkStream(watch.events, ledger)];
  http.close();
  return printFindings(findings, ledger);
}

/** Reads back what an earlier run recorded. */
async function verifyOnly(file: string, { url, token }: SwarmOptions): Promise<boolean> {
  const { ledger, url: recordedUrl } = loadLedger(file);
  const http = new HttpClient(url ?? recordedUrl, token);
  const findings = await verify(new ApiClient(http, new Meter()), ledger, { heartbeats: false });
  http.close();
  return printFindings(findings, ledger);
}

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options) {
    const isGood = options.verify === undefined ? await run(options) : await verifyOnly(options.verify, options);
    process.exitCode = isGood ? 0 : 1;
  }
} catch (error) {
  console.error(`swarm: ${(error as Error).message || String(error)}`);
  process.exitCode = 1;
}
