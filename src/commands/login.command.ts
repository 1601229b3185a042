import { loadConfig } from '../common/config/config.js';
import { localUrl } from '../common/config/local-url.js';
import { exitWith, StartError } from '../common/errors/start-error.js';

/** `npm run login -- ann`: prints a link that signs ann in to the server which runs with this configuration. */
async function login(): Promise<void> {
  const config = loadConfig(process.env);
  const { authToken } = config;
  const server = localUrl(config, config.port);
  const headers = new Headers(authToken ? { Authorization: `Bearer ${authToken}` } : {});
  const body = JSON.stringify({ name: process.argv[2] });
  const answer = await fetch(`${server}/auth/magic-link`, { method: 'POST', headers, body }).catch((error: unknown) => {
    throw new StartError(`no server answers at ${server}: ${String((error as Error).cause ?? error)}`);
  });
  const { url, expiresAt, error } = (await answer.json()) as { url?: string; expiresAt?: string; error?: string };
  if (!url) throw new StartError(`${server} refuses: ${error}`);
  console.log(`${url}\n\nOpen it in a browser. It works once, until ${expiresAt}.`);
}

await login().catch(exitWith);
