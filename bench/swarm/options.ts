import { parseArgs } from 'node:util';

const HELP = `Simulated agents that work through the public API, and a check that the server kept all of it.

  npm run swarm -- [options]

  --agents <n>      how many agents (50)
  --minutes <n>     how long they work (2); fractions are fine
  --url <url>       the server (the last run's with --verify, else http://localhost:$PORT, else port 3000)
  --token <token>   its bearer token ($VERS_AUTH_TOKEN)
  --pace <factor>   2 works twice as fast (1)
  --kill <share>    so many of the workers vanish with a task in hand (0)
  --pause <share>   so many sleep past their lease, and then try to hand in (0)
  --restart         on a server of its own (npm run build first), which is killed in mid-run and started again
  --record <file>   also writes to a file what the server acknowledged
  --verify <file>   writes nothing: reads back what such a file says, e.g. after the server was killed
  --help

Ends with 0 when everything was found as it was acknowledged, else with 1.
`;

export interface SwarmOptions {
  agents: number;
  minutes: number;
  pace: number;
  chaos: { kill: number; pause: number };
  restart: boolean;
  url?: string;
  defaultUrl: string;
  token?: string;
  record?: string;
  verify?: string;
}

/** `undefined` when only help was asked for, which is then printed. */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): SwarmOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      agents: { type: 'string', default: '50' },
      minutes: { type: 'string', default: '2' },
      pace: { type: 'string', default: '1' },
      kill: { type: 'string', default: '0' },
      pause: { type: 'string', default: '0' },
      restart: { type: 'boolean', default: false },
      url: { type: 'string' },
      token: { type: 'string', default: env['VERS_AUTH_TOKEN'] },
      record: { type: 'string' },
      verify: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return undefined;
  }
  const { agents, minutes, pace, kill, pause, restart, url, token, record, verify } = values;
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new Error(`--url is no URL: ${url}`);
  return {
    agents: Math.ceil(positive('agents', agents)),
    minutes: positive('minutes', minutes),
    pace: positive('pace', pace),
    chaos: { kill: share('kill', kill), pause: share('pause', pause) },
    restart,
    url,
    defaultUrl: `http://localhost:${env['PORT'] || '3000'}`,
    token: token || undefined,
    record,
    verify,
  };
}

function share(name: string, text: string): number {
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new Error(`--${name} must be a share from 0 to 1, not ${text}`);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} must be a number above 0, not ${text}`);
}
