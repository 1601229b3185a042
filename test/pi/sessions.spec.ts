import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import agentServices from '../../extension/index.js';
import type { ExtensionApi } from '../../extension/pi-api.js';

const LEASE = { agent: 'a', session: 's', fence: 2, leaseSeconds: 900 };
const ANSWERS: Record<string, object> = {
  'GET /board/tasks': { tasks: [{ id: 't', title: 'Fix it', lease: LEASE }] },
  'POST /skills/sync': { updates: [] },
};
const RELEASE = 'POST /board/tasks/t/release';
const STOP = 'PATCH /registry/vms/vm';

/** Two seconds, and as much again for a machine that is busy. */
const PATIENCE_MS = 4000;
const WITHOUT_WAITING_MS = 1500;

type Handler = (event: object, ctx: object) => unknown;

/** Pi, as far as it begins and ends sessions: it waits for one handler after the other. */
class FakePi {
  private readonly handlers: [event: string, handler: Handler][] = [];
  readonly api = {
    on: (event: string, handler: Handler) => void this.handlers.push([event, handler]),
    registerTool: () => undefined,
    getCommands: () => [],
    getAllTools: () => [],
    events: { on: () => () => undefined },
  } as unknown as ExtensionApi;

  async emit(event: string, data: object): Promise<void> {
    const ctx = { hasUI: false, sessionManager: { getSessionId: () => 's' } };
    for (const [name, handler] of this.handlers) if (name === event) await handler(data, ctx);
  }
}

const environment = { ...process.env };
let asked: string[];
let server: Server;
let agentDir: string;
let release: () => void;
/** Not answered. */
let silent: string | undefined;
beforeEach(async () => {
  asked = [];
  silent = undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  server = createServer((request, response) => {
    const call = `${request.method} ${request.url?.replace(/\?.*/, '')}`;
    asked.push(call);
    request.resume();
    const answer = (): void => void response.end(JSON.stringify(ANSWERS[call] ?? {}));
    if (call === silent) return;
    if (call === RELEASE) void released.then(answer);
    else answer();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  agentDir = mkdtempSync(join(tmpdir(), 'pi-test-'));
  Object.assign(process.env, {
    VERS_INFRA_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    VERS_AGENT_NAME: 'a',
    VERS_VM_ID: 'vm',
    PI_CODING_AGENT_DIR: agentDir,
  });
});
afterEach(() => {
  process.env = { ...environment };
  server.closeAllConnections();
  server.close();
  rmSync(agentDir, { recursive: true });
});

async function untilAsked(call: string): Promise<void> {
  while (!asked.includes(call)) await new Promise(setImmediate);
}

/** A session that holds a task. */
async function session(): Promise<FakePi> {
  const pi = new FakePi();
  agentServices(pi.api);
  await pi.emit('session_start', {});
  await pi.emit('agent_start', {});
  await untilAsked('POST /board/tasks/t/renew');
  await pi.emit('agent_end', {});
  asked = [];
  return pi;
}

const told = (): string[] => asked.filter((call) => [RELEASE, STOP].includes(call));

it('the end of pi gives its tasks back, and only then stops its VM', async () => {
  const pi = await session();
  const end = pi.emit('session_shutdown', { reason: 'quit' });
  await untilAsked(RELEASE);
  for (let i = 0; i < 100; i += 1) await new Promise(setImmediate);
  expect(told()).toEqual([RELEASE]);
  release();
  await end;
  expect(told()).toEqual([RELEASE, STOP]);
});

it.each(['new', 'resume', 'fork'])(
  'a session of another kind (%s) takes over the VM, but not the tasks',
  async (reason) => {
    const pi = await session();
    release();
    await pi.emit('session_shutdown', { reason });
    expect(told()).toEqual([RELEASE]);
  },
);

it('a session that pi begins twice waits for the hub once, and not for long', async () => {
  silent = 'POST /skills/sync';
  const pi = new FakePi();
  agentServices(pi.api);
  const start = performance.now();
  await pi.emit('session_start', {});
  const begun = performance.now();
  await pi.emit('session_start', {});
  const again = performance.now();
  expect([begun - start < PATIENCE_MS, again - begun < WITHOUT_WAITING_MS]).toEqual([true, true]);
  await pi.emit('session_shutdown', { reason: 'reload' });
});

it('a reload ends nothing', async () => {
  const pi = await session();
  await pi.emit('session_shutdown', { reason: 'reload' });
  expect(told()).toEqual([]);
});
