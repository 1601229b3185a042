import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Agent, KINDS } from './capacity/agent.ts';
import { startServer } from './support/child-server.ts';
import { inParallel, range } from './support/in-parallel.ts';
import { Meter } from './support/meter.ts';
import { cpuMicroseconds, residentMebibytes } from './support/process-usage.ts';
import { milliseconds, table, whole } from './support/table.ts';

const HELP = `Lets agents that behave as pi's extension does live on a built server, and says what they cost it.

  npm run bench:capacity -- [options]

  --agents <n>    how many (1,000)
  --minutes <n>   for how long (3)
  --warm-up <n>   so many minutes before it counts, as V8 takes minutes to compile what so few calls use (0)
  --climb         then lets them live twice as fast, again and again, until p99 passes 100 ms
  --help
`;
const JOINING = 32;
const CLIMB_SECONDS = 15;
const CLIMB_MAX_MS = 100;
const CORE_SHARE_MAX = 0.1;

interface Stage {
  meters: Map<string, Meter>;
  all: Meter;
  cpuSeconds: number;
  /** In the agents' own time. */
  agentMinutes: number;
  seconds: number;
}

async function stage(agents: readonly Agent[], pid: number, seconds: number, pace: number): Promise<Stage> {
  const meters = new Map(KINDS.map((kind) => [kind, new Meter()]));
  const before = cpuMicroseconds(pid) ?? NaN;
  const startedAt = performance.now();
  const end = startedAt + seconds * 1000;
  await Promise.all(agents.map((agent) => agent.live(end, pace, meters)));
  const elapsed = (performance.now() - startedAt) / 1000;
  const cpuSeconds = ((cpuMicroseconds(pid) ?? NaN) - before) / 1_000_000;
  const all = Meter.of(meters.values());
  return { meters, all, cpuSeconds, seconds: elapsed, agentMinutes: (agents.length * elapsed * pace) / 60 };
}

function report({ meters, all, cpuSeconds, agentMinutes, seconds }: Stage, rss: number | undefined): boolean {
  const row = (name: string, meter: Meter): string[] => [
    name,
    whole(meter.requests),
    milliseconds(meter.percentile(50)),
    milliseconds(meter.percentile(99)),
    whole(meter.errors),
  ];
  const rows = [...meters].map(([kind, meter]) => row(kind, meter));
  console.log(table(['call', 'calls', 'p50', 'p99', 'errors'], [...rows, row('all', all)]));
  const share = cpuSeconds / seconds;
  console.log(`\nCPU of the server: ${((1000 * cpuSeconds) / agentMinutes).toFixed(2)} s for 1,000 agent-minutes,`);
  console.log(
    `${(100 * share).toFixed(1)} % of one core (at most ${100 * CORE_SHARE_MAX} % for 1,000 agents); RSS ${rss?.toFixed(0)} MiB`,
  );
  return all.errors === 0 && share * (1000 / (agentMinutes / (seconds / 60))) < CORE_SHARE_MAX;
}

async function climb(agents: readonly Agent[], pid: number): Promise<void> {
  const rows: string[][] = [];
  for (let pace = 2, p99 = 0; p99 <= CLIMB_MAX_MS; pace *= 2) {
    const { all, cpuSeconds, seconds } = await stage(agents, pid, CLIMB_SECONDS, pace);
    p99 = all.percentile(99);
    const share = `${((100 * cpuSeconds) / seconds).toFixed(0)} %`;
    rows.push([
      whole(agents.length * pace),
      whole(all.requests / seconds),
      milliseconds(p99),
      share,
      whole(all.errors),
    ]);
  }
  console.log(`\n${table(['as many agents', 'calls/s', 'p99', 'of one core', 'errors'], rows)}`);
}

async function capacity(count: number, minutes: number, warmUp: number, climbs: boolean): Promise<boolean> {
  const token = randomBytes(16).toString('hex');
  const server = await startServer(token);
  const agents = range(count).map((i) => new Agent(i, server.url, token));
  try {
    await inParallel(agents, JOINING, (agent) => agent.join());
    await stage(agents, server.pid, warmUp * 60, 1);
    const held = report(await stage(agents, server.pid, minutes * 60, 1), residentMebibytes(server.pid));
    if (climbs) await climb(agents, server.pid);
    return held;
  } finally {
    for (const agent of agents) agent.leave();
    await server.stop();
  }
}

try {
  const { values } = parseArgs({
    options: {
      agents: { type: 'string', default: '1000' },
      minutes: { type: 'string', default: '3' },
      'warm-up': { type: 'string', default: '0' },
      climb: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [agents, minutes, warmUp] = [Number(values.agents), Number(values.minutes), Number(values['warm-up'])];
  if (values.help) console.log(HELP);
  else if (!(minutes > 0) || !(agents > 0)) throw new Error('--agents and --minutes must be numbers above 0');
  else if (!(warmUp >= 0)) throw new Error('--warm-up must be a number, 0 or more');
  else process.exitCode = (await capacity(agents, minutes, warmUp, values.climb)) ? 0 : 1;
} catch (error) {
  console.error(`capacity: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
