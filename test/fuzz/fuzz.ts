import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { whole } from '../../bench/support/table.ts';
import { fuzz } from './campaign.ts';
import { guessing } from './guessing.ts';

const HELP = `Hostile requests, made from the server's own OpenAPI document, and a check of every answer. Then the guessing of
tokens, and what it costs a client with a good one.

  npm run fuzz -- [options]

  --requests <n>  how many (10,000)
  --seed <n>      repeats an earlier run
  --help

Ends with 0 when no request did harm, else with 1 and the smallest request that does, as a curl command.
`;
const HELD =
  'held: no failure, every answer as documented, nothing stored by what was refused, nothing open that is not listed';
const SEED_MAX = 2 ** 31 - 1;

async function main(requests: number, seed: number): Promise<void> {
  if (![requests, seed].every((n) => Number.isInteger(n) && n > 0))
    throw new Error('--requests and --seed must be whole numbers above 0');
  console.log(`seed ${seed}`);
  const startedAt = performance.now();
  const { tally, mebibytes, problem } = await fuzz(requests, seed);
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`\n${String(tally)}\n`);
  console.log(
    `${whole(tally.sent)} requests in ${whole(seconds)} s, seed ${seed}; RSS in the end: ${mebibytes === undefined ? 'n/a' : `${whole(mebibytes)} MiB`}`,
  );
  if (problem !== undefined) {
    console.log(`\nFOUND: ${problem}\n  again: npm run fuzz -- --seed ${seed} --requests ${requests}`);
    process.exitCode = 1;
    return;
  }
  console.log(HELD);
  console.log(`\n${await guessing()}\nheld: nothing was refused to the good client`);
}

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(randomInt(1, SEED_MAX)) },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(HELP);
else await main(Number(values.requests), Number(values.seed));
