import fc from 'fast-check';
import { residentMebibytes } from '../../bench/support/process-usage.ts';
import type { ServerProcess } from '../support/server.ts';
import { Attack } from './attack.ts';
import { anyCase } from './cases.ts';
import { ApiDocument } from './document.ts';
import { OF_HOLDERS, openings } from './openings.ts';
import type { Secrets } from './render.ts';
import type { Tally } from './tally.ts';
import { TOKEN, TWILIO_TOKEN, withServer } from './target.ts';

/** What the server may hold in the end, with all that was accepted. */
const MEMORY_MAX_MEBIBYTES = 512;

export interface Outcome {
  tally: Tally;
  /** RSS of the server in the end; `undefined` where the system does not tell. */
  mebibytes?: number;
  /** What went wrong, with the smallest request that shows it. */
  problem?: string;
}

/**
 * Sends hostile requests to the built server, on a data folder of its own, and stops at the first that does harm. Before
 * that, each route is called once as its examples say.
 */
export function fuzz(requests: number, seed: number): Promise<Outcome> {
  return withServer((server, dataDir) => run(server, dataDir, requests, seed));
}

async function run(server: ServerProcess, dataDir: string, numRuns: number, seed: number): Promise<Outcome> {
  const { url, child } = server;
  const document = new ApiDocument((await (await fetch(`${url}/docs-json`)).json()) as never);
  const secrets = { url, token: TOKEN, twilioToken: TWILIO_TOKEN, session: await signIn(url), ...(await keys(url)) };
  const attack = new Attack(document, secrets, dataDir);
  try {
    const early = await open(attack, document);
    const hostile = fc.asyncProperty(anyCase(document), async (one) => {
      await attack.send(one);
    });
    if (early === undefined) await fc.check(hostile, { numRuns, seed });
    const mebibytes = residentMebibytes(child.pid ?? 0);
    const problem = early ?? attack.problem ?? (await healthProblem(server, mebibytes));
    return {
      tally: attack.tally,
      ...(mebibytes !== undefined && { mebibytes }),
      ...(problem !== undefined && { problem }),
    };
  } finally {
    attack.close();
  }
}

async function open(attack: Attack, document: ApiDocument): Promise<string | undefined> {
  for (const one of openings(document)) {
    const status = await attack.send(one).catch(() => undefined);
    if (status === undefined) return attack.problem;
    if (status === 409 && OF_HOLDERS.test(one.operation.template)) continue;
    if (status >= 300) return `${one.operation.id} answered ${status} to its own examples`;
  }
  return undefined;
}

async function keys(url: string): Promise<Pick<Secrets, 'agentKey' | 'readerKey' | 'keyIds'>> {
  const make = async (name: string, role: string): Promise<{ id: string; key: string }> => {
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const body = JSON.stringify({ name, role });
    const answer = await fetch(`${url}/auth/keys`, { method: 'POST', headers, body });
    return (await answer.json()) as { id: string; key: string };
  };
  // Whom the examples in the document name.
  const [agent, reader] = [await make('builder-1', 'agent'), await make('reader', 'reader')];
  return { agentKey: agent.key, readerKey: reader.key, keyIds: [agent.id, reader.id] };
}

async function signIn(url: string): Promise<string> {
  const made = await fetch(`${url}/auth/magic-link`, { method: 'POST', headers: { Authorization: `Bearer ${TOKEN}` } });
  const link = new URL(((await made.json()) as { url: string }).url);
  const body = new URLSearchParams({ token: link.searchParams.get('token') ?? '' });
  const answer = await fetch(`${url}/ui/login`, { method: 'POST', body, redirect: 'manual' });
  return /^session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '';
}

async function healthProblem({ url, stdout }: ServerProcess, mebibytes = 0): Promise<string | undefined> {
  const { status } = await fetch(`${url}/health/ready`);
  if (status !== 200) return `in the end the server answers ${status} to GET /health/ready`;
  if (stdout !== '') return `the server logged failures:\n${stdout}`;
  return mebibytes > MEMORY_MAX_MEBIBYTES ? `in the end the server holds ${Math.round(mebibytes)} MiB` : undefined;
}
