import { parseArgs } from 'node:util';
import { table, whole } from '../../../bench/support/table.ts';
import { killRounds } from './kill-rounds.ts';
import { peers } from './peers.ts';
import { restart } from './restart.ts';
import { retryRounds } from './retry-rounds.ts';
import type { Row } from './row.ts';
import { suites } from './suites.ts';

const HELP = `Does to the built server what it promises to survive, and ends with a table of what held.

  npm run torture -- [options]

  --rounds <n>   how often it is killed under load (300)
  --crashes <n>  workloads of a simulated disk; each loses its power 12 times (100)
  --damage <n>   cut-off files and flipped bits of each kind (300)
  --soak <min>   minutes under load with broken peers attached, to see where memory goes (0: none; 30 is meant)
  --only <part>  kill, retries, restart, peers or suites
  --help

Ends with 0 when everything held, else with 1.
`;
const PARTS = ['kill', 'retries', 'restart', 'peers', 'suites'] as const;
const WRITES_MAX = 2000;
const MIN_PER_SECOND = 200;
/** The clients that retry are looked at between fewer kills. */
const KILLS_PER_RETRY_ROUND = 10;
const RETRYING_WRITERS = 24;
const WHAT_MAX_CHARACTERS = 110;

async function kill(rounds: number): Promise<Row[]> {
  const onRound = (round: number): void => {
    if (round % 10 === 0) console.error(`killed ${round} times`);
  };
  const { acknowledged, perSecond, inDoubt, delivered, restartsMs, problems } = await killRounds({
    rounds,
    writesMax: WRITES_MAX,
    onRound,
  });
  for (const problem of problems.slice(0, 20)) console.error(problem);
  const restarts = restartsMs.toSorted((a, b) => a - b);
  const writes = `${whole(acknowledged)} acknowledged at ${whole(perSecond)}/s, ${whole(inDoubt)} in doubt`;
  return [
    {
      what: `kill -9 in ${rounds} rounds, writes to all services, 6 stream readers`,
      done: `${writes}, ${whole(delivered)} streamed; ${problems.length} problems`,
      held: problems.length === 0,
    },
    {
      what: `at least ${MIN_PER_SECOND} acknowledged writes/s meanwhile`,
      done: `${whole(perSecond)}/s`,
      held: perSecond >= MIN_PER_SECOND,
    },
    {
      what: 'their restarts',
      done: `half within ${whole(restarts[restarts.length >> 1] ?? 0)} ms, the slowest ${whole(restarts.at(-1) ?? 0)} ms`,
      held: true,
    },
  ];
}

async function retries(rounds: number): Promise<Row[]> {
  const kills = Math.ceil(rounds / KILLS_PER_RETRY_ROUND);
  const load = { kills, writers: RETRYING_WRITERS, writesMax: WRITES_MAX };
  const { answered, sentAgain, replayed, problems } = await retryRounds(load);
  for (const problem of problems.slice(0, 20)) console.error(problem);
  const again = `${whole(sentAgain)} sent more than once, ${whole(replayed)} given their first answer again`;
  return [
    {
      what: `requests sent until they were answered, through ${kills} times kill -9: one record, one answer`,
      done: `${whole(answered)} answered, ${again}; ${problems.length} problems`,
      held: problems.length === 0,
    },
  ];
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new Error(`--${name} must be a whole number, not ${text}`);
}

async function torture(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '300' },
      crashes: { type: 'string', default: '100' },
      damage: { type: 'string', default: '300' },
      soak: { type: 'string', default: '0' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return true;
  }
  const only = PARTS.find((part) => part === values.only);
  if (values.only !== undefined && !only) throw new Error(`--only must be one of ${PARTS.join(', ')}`);
  const [rounds, crashes, damage, soak] = (['rounds', 'crashes', 'damage', 'soak'] as const).map((name) =>
    wholeNumber(name, values[name]),
  );
  const parts = {
    kill: () => kill(rounds ?? 0),
    retries: () => retries(rounds ?? 0),
    restart,
    peers: () => peers(soak ?? 0),
    suites: () => suites(crashes ?? 0, damage ?? 0),
  };
  const rows: Row[] = [];
  for (const part of only ? [only] : PARTS) {
    console.error(`${part} …`);
    rows.push(...(await parts[part]()));
  }
  const cells = rows.map(({ what, done, held }) => [what.slice(0, WHAT_MAX_CHARACTERS), done, held ? 'yes' : 'NO']);
  console.log(`\n${table(['what was done', 'figures', 'held'], cells)}`);
  return rows.every(({ held }) => held);
}

try {
  process.exitCode = (await torture()) ? 0 : 1;
} catch (error) {
  console.error(`torture: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
