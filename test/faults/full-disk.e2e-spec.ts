import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, TOKEN } from '../support/app.js';
import { ServerProcess } from '../support/server.js';
import { compare, Item, RECORD_SERVICES, RecordService, Sent } from './torture/services.ts';

/** It belongs to every Linux but the smallest. */
const test = spawnSync('prlimit', ['--version']).status === 0 ? it : it.skip;
const REFUSAL = { error: 'nothing can be written at the moment; nothing was changed' };

let dataDir: string;
let server: ServerProcess;

beforeEach(async () => {
  dataDir = temporaryFolder();
  server = await start();
});
afterEach(async () => {
  await server.end('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

function start(): Promise<ServerProcess> {
  return ServerProcess.start({ DATA_DIR: dataDir, VERS_AUTH_TOKEN: TOKEN, HOST: '127.0.0.1' });
}

/** No file may be written at or behind this byte, as on a disk that is full. */
function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(server.child.pid), `--fsize=${bytes}:unlimited`]);
}

async function call(path: string, body?: object): Promise<{ status: number; body: unknown }> {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers };
  const response = await fetch(server.url + path, init);
  return { status: response.status, body: await response.json() };
}

/** Writes one record to each service and notes those that were taken; gives the statuses. */
async function writeToAll(sent: Map<RecordService, Sent>, name: string): Promise<unknown[]> {
  return Promise.all(
    RECORD_SERVICES.map(async (service) => {
      const mark = `full.${name}`;
      const { status, body } = await call(service.path, service.body(mark, 'full'));
      if (status === 201) sent.set(service, (sent.get(service) ?? new Map()).set(mark, body));
      return status === 201 ? status : [status, body];
    }),
  );
}

/** What is wrong with what is stored. */
async function problems(sent: Map<RecordService, Sent>): Promise<string[]> {
  const found = RECORD_SERVICES.map(async (service) => {
    const { body } = await call(service.list('full', '2000-01-01'));
    const items = service.items(body).map((item): [string, Item] => [String(service.markOf(item)), item]);
    return compare(service, sent.get(service) ?? new Map<string, Item>(), items);
  });
  return (await Promise.all(found)).flat();
}

test('a full disk refuses every write with 503 and tells nothing false; reads go on, and it heals', async () => {
  const sent = new Map<RecordService, Sent>();
  const all = <T>(value: T): T[] => RECORD_SERVICES.map(() => value);
  expect(await writeToAll(sent, 'before')).toEqual(all(201));

  // The smallest file is full then, too.
  limitFiles(
    Math.min(...['feed', 'log', 'journal', 'registry'].map((log) => statSync(join(dataDir, `${log}.jsonl`)).size)),
  );
  for (const name of ['first', 'second']) expect(await writeToAll(sent, name)).toEqual(all([503, REFUSAL]));
  expect(await problems(sent)).toEqual([]);
  expect((await call('/health')).status).toBe(200);
  expect((await call('/health/ready')).status).toBe(503);

  limitFiles('unlimited');
  expect(await writeToAll(sent, 'after')).toEqual(all(201));
  expect(await problems(sent)).toEqual([]);
  expect((await call('/health/ready')).status).toBe(200);

  await server.end('SIGKILL');
  server = await start();
  expect(await problems(sent)).toEqual([]);
});
