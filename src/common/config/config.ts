import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { StartError } from '../errors/start-error.js';

export const DURABILITIES = ['fsync', 'os'] as const;
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type Durability = (typeof DURABILITIES)[number];
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The whole configuration, read once from the environment; nothing else reads `process.env`. */
export class Config {
  /** TCP port; 0 lets the system choose one. */
  readonly port!: number;
  /** Address to listen on; absent means every IPv4 and IPv6 address. */
  readonly host?: string;
  /** Absolute path of the folder that holds all data. */
  readonly dataDir!: string;
  /** The bearer token of the API; absent means dev mode, where everything is open. */
  readonly authToken?: string;
  /** Origin that links are built from, e.g. `https://agents.example.org`, without a slash at the end. */
  readonly publicUrl?: string;
  /** Express' `trust proxy`: whose `X-Forwarded-*` headers count. */
  readonly trustProxy!: boolean | number | string[];
  /** `fsync`: an answer means the change is on the disk. `os`: it has been handed to the operating system. */
  readonly durability!: Durability;
  readonly logLevel!: LogLevel;
  /** How many tasks one agent may hold at a time; absent means any number. */
  readonly agentMaxTasks?: number;
  /** The secret that Twilio signs its requests with; absent means that text messages are refused. */
  readonly twilioAuthToken?: string;
  /** The URL that Twilio was told to call, to the letter; absent means that a request's own URL is taken for it. */
  readonly twilioWebhookUrl?: string;
  /** E.164 numbers that may send text messages; absent means that all may. */
  readonly twilioAllowedNumbers?: string[];
}

/** Address that dev mode listens on, so that an open server is not open to the network. */
const DEV_HOST = '127.0.0.1';
const SECRET = /^[\x21-\x7e]+$/;
const E164 = /^\+[1-9]\d{1,14}$/;
const PROXY_RANGES = ['loopback', 'linklocal', 'uniquelocal'];

/**
 * Reads and checks the environment. An empty variable counts as not set, but for `VERS_AUTH_TOKEN`,
 * where it is more likely a secret that did not arrive than a wish for an open server.
 * @throws StartError that names every variable with a bad value.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const problems: string[] = [];
  function read<T>(name: string, fallback: T, parse: (value: string) => T | undefined, expected: string): T {
    const value = env[name]?.trim();
    if (!value) return fallback;
    const parsed = parse(value);
    if (parsed === undefined) problems.push(`${name} must be ${expected}, not ${JSON.stringify(value)}`);
    return parsed ?? fallback;
  }

  const authToken = env['VERS_AUTH_TOKEN'];
  if (authToken !== undefined && !SECRET.test(authToken)) {
    problems.push('VERS_AUTH_TOKEN must be printable ASCII without spaces, and not empty; unset it for dev mode');
  }
  const twilioAuthToken = env['TWILIO_AUTH_TOKEN']?.trim() || undefined;
  if (twilioAuthToken !== undefined && !SECRET.test(twilioAuthToken)) {
    problems.push('TWILIO_AUTH_TOKEN must be printable ASCII without spaces');
  }
  const config: Config = {
    port: read('PORT', 3000, parsePort, 'a port number from 0 to 65535'),
    host: read('HOST', authToken ? undefined : DEV_HOST, parseHost, 'a host name or an IP address'),
    dataDir: resolve(read('DATA_DIR', './data', (value) => value, 'a folder')),
    authToken,
    publicUrl: read('PUBLIC_URL', undefined, parseOrigin, 'an http(s) origin without a path, like https://a.example'),
    trustProxy: read('TRUST_PROXY', false, parseTrustProxy, 'true, false, a number of hops, or a list of addresses'),
    durability: read('DURABILITY', 'fsync', oneOf(DURABILITIES), `one of ${DURABILITIES.join(', ')}`),
    logLevel: read('LOG_LEVEL', 'info', oneOf(LOG_LEVELS), `one of ${LOG_LEVELS.join(', ')}`),
    agentMaxTasks: read('AGENT_MAX_TASKS', undefined, parseCount, 'a whole number from 1'),
    twilioAuthToken,
    twilioWebhookUrl: read('TWILIO_WEBHOOK_URL', undefined, parseUrl, 'an absolute http(s) URL'),
    twilioAllowedNumbers: read('TWILIO_ALLOWED_NUMBERS', undefined, parseNumbers, 'a list of numbers like +15550100'),
  };
  if (problems.length > 0) throw new StartError(problems.join('\n'));
  return config;
}

function parsePort(value: string): number | undefined {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? Number(value) : undefined;
}

function parseCount(value: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(value) ? Number(value) : undefined;
}

function parseHost(value: string): string | undefined {
  return isIP(value) > 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value) ? value : undefined;
}

function parseOrigin(value: string): string | undefined {
  const url = URL.parse(value);
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  return isOrigin ? url.origin : undefined;
}

/** Kept as it is written, because that is what is signed. */
function parseUrl(value: string): string | undefined {
  return /^https?:\/\//i.test(value) && URL.canParse(value) ? value : undefined;
}

function parseNumbers(value: string): string[] | undefined {
  const numbers = value.split(',').map((number) => number.trim());
  return numbers.every((number) => E164.test(number)) ? numbers : undefined;
}

function parseTrustProxy(value: string): boolean | number | string[] | undefined {
  if (value === 'true' || value === 'false') return value === 'true';
  if (/^\d{1,3}$/.test(value)) return Number(value);
  const ranges = value.split(',').map((range) => range.trim());
  return ranges.every(isAddressRange) ? ranges : undefined;
}

function isAddressRange(range: string): boolean {
  const [address = '', prefix = '0', ...rest] = range.split('/');
  const maxPrefix = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return PROXY_RANGES.includes(range) || (rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= maxPrefix);
}

function oneOf<T extends string>(values: readonly T[]): (value: string) => T | undefined {
  return (value) => values.find((known) => known === value);
}
