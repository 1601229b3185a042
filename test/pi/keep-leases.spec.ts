import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Background } from '../../extension/background.js';
import { Client } from '../../extension/client.js';
import type { Task } from '../../extension/contract.js';
import { keepLeases } from '../../extension/leases/keep-leases.js';
import { Leases } from '../../extension/leases/leases.js';
import type { ExtensionApi } from '../../extension/pi-api.js';
import { Screen } from '../../extension/screen.js';

const SECOND_MS = 1000;
const LEASE = { agent: 'a', session: 's', fence: 2, leaseSeconds: 900 };
const TASK = { id: 't', title: 'Fix it', lease: LEASE } as Task;
const RENEWED = { path: '/board/tasks/t/renew', body: { fence: 2, leaseSeconds: 900 }, hasKey: false };

interface Asked {
  path: string;
  body: object;
  hasKey: boolean;
}

let asked: Asked[];
let answer: () => [status: number, body: object];
const server = createServer((request, response) => {
  void (async () => {
    const { method, url = '', headers } = request;
    const body = await bodyOf(request);
    const it = { path: url, body, hasKey: headers['idempotency-key'] !== undefined };
    if (method !== 'GET') asked.push(it);
    const [status, text] = answer();
    response.writeHead(status).end(JSON.stringify(text));
  })();
});

async function bodyOf(request: IncomingMessage): Promise<object> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return JSON.parse(text || '{}') as object;
}

/** Pi, as far as the behaviour needs it: its events, and what it is to tell the model. */
class FakePi {
  readonly told: string[] = [];
  readonly emitter = new EventEmitter();
  readonly api = {
    on: (event: string, handler: (data: object, ctx: object) => void) => void this.emitter.on(event, handler),
    sendMessage: ({ content }: { content: string }) => void this.told.push(content),
  } as unknown as ExtensionApi;

  emit(event: string, data: object = {}): void {
    this.emitter.emit(event, data, { sessionManager: { getSessionId: () => 's' } });
  }
}

let pi: FakePi;
let leases: Leases;
let background: Background;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  asked = [];
  answer = () => [200, { tasks: [] }];
  pi = new FakePi();
  background = new Background(new Screen());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = { url, agent: 'a', role: 'worker', agentDir: '' };
  const client = new Client(config, { timeoutMs: 5000, tries: 1 });
  leases = new Leases(config);
  keepLeases(pi.api, client, leases, background);
});
afterEach(async () => {
  jest.useRealTimers();
  await background.close(SECOND_MS);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Until all that was begun is over. */
const settled = (): Promise<void> => background.over('leases');

async function after(seconds: number): Promise<Asked[]> {
  asked = [];
  jest.advanceTimersByTime(seconds * SECOND_MS);
  await settled();
  return asked;
}

async function working(): Promise<void> {
  pi.emit('session_start');
  await settled();
  leases.keep({ task: TASK, lease: LEASE as Task['lease'] & object });
  pi.emit('agent_start');
  await settled();
}

it('leases are renewed at once when the agent begins to work, then every fifth of their length', async () => {
  await working();
  expect(asked).toEqual([RENEWED]);
  expect(await after(179)).toEqual([]);
  expect(await after(1)).toEqual([RENEWED]);
  expect(await after(180)).toEqual([RENEWED]);
});

it('leases of before are renewed as soon as they are found, when the agent is at work by then', async () => {
  answer = () => [200, { tasks: [TASK, { ...TASK, id: 'other', lease: { ...LEASE, session: 'other' } }] }];
  pi.emit('session_start');
  pi.emit('agent_start');
  await settled();
  await settled();
  expect(asked).toEqual([RENEWED]);
});

it('a renewal that tells of progress has a key, since its note must not be there twice', async () => {
  await working();
  pi.emit('turn_end', { message: { role: 'assistant', content: [{ type: 'text', text: 'Half way' }] } });
  const told = { ...RENEWED, body: { ...RENEWED.body, progress: 'Half way' }, hasKey: true };
  expect(await after(180)).toEqual([told]);
  expect(await after(180)).toEqual([RENEWED]);
});

it('a renewal that failed is tried again soon', async () => {
  await working();
  answer = () => [500, { error: 'it broke' }];
  expect(await after(180)).toEqual([RENEWED]);
  answer = () => [200, {}];
  expect(await after(30)).toEqual([RENEWED]);
  expect(await after(30)).toEqual([]);
  expect(await after(150)).toEqual([RENEWED]);
});

it('an agent that waits for its next prompt renews nothing, also when the last renewal fails', async () => {
  await working();
  answer = () => [500, { error: 'it broke' }];
  jest.advanceTimersByTime(180 * SECOND_MS);
  pi.emit('agent_end');
  await settled();
  expect(await after(3600)).toEqual([]);
});

it('what was lost meanwhile is told once, when the agent begins to work again', async () => {
  await working();
  pi.emit('agent_end');
  answer = () => [409, { error: 'you do not hold it', code: 'lease_lost' }];
  pi.emit('agent_start');
  await settled();
  expect(pi.told).toEqual([expect.stringMatching(/^You have lost the task t "Fix it": you do not hold it/)]);
  expect(await after(180)).toEqual([]);
});
