import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '../../extension/client.js';
import type { Config } from '../../extension/config.js';

type Answer = (response: ServerResponse) => void;

const good: Answer = (response) => response.end('{"id":"1"}');
const broken: Answer = (response) => response.destroy();
const refused = (status: number, headers: Record<string, string> = {}): Answer => {
  return (response) => response.writeHead(status, headers).end('{"error":"not now"}');
};

const asked: IncomingMessage[] = [];
let answers: Answer[] = [];
const server = createServer((request, response) => {
  request.resume();
  (answers[asked.push(request) - 1] ?? good)(response);
});

function config(): Config {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, agent: 'a', role: 'worker', agentDir: '' };
}

let client: Client;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  client = new Client(config());
});
beforeEach(() => void asked.splice(0));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const keys = (): unknown[] => asked.map(({ headers }) => headers['idempotency-key']);

it.each([
  ['a connection breaks', [broken, broken]],
  ['the server says when to come again', [refused(503, { 'Retry-After': '1' })]],
  ['the server does not say when', [refused(503), refused(429)]],
  ['a proxy finds no server', [refused(502)]],
  ['the first is still being answered', [refused(409, { 'Retry-After': '0' })]],
])('a POST is sent again by the same key when %s', async (_when, failures) => {
  answers = failures;
  const { body } = await client.post('/log', { text: 'x' });
  expect([body, asked.length]).toEqual([{ id: '1' }, failures.length + 1]);
  expect([new Set(keys()).size, typeof keys()[0]]).toEqual([1, 'string']);
});

it('a POST is sent by a key of its own, or the one that is given', async () => {
  answers = [];
  await client.post('/log', { text: 'x' });
  await client.post('/log', { text: 'x' });
  await client.post('/log', { text: 'x' }, undefined, 'run-1');
  expect([new Set(keys()).size, keys()[2]]).toEqual([3, 'run-1']);
});

it('a POST that does no harm when it arrives twice is sent again without a key', async () => {
  answers = [broken, refused(504)];
  await client.repeat('/x', { fence: 1 });
  expect(keys()).toEqual([undefined, undefined, undefined]);
});

it.each([
  ['POST', 'is refused for good', [refused(409), good], 'not now (409)'],
  ['POST', 'fails on the server', [refused(500), good], 'not now (500)'],
  ['POST', 'has to wait for too long', [refused(503, { 'Retry-After': '7' }), good], 'try again in 7 s'],
  ['PATCH', 'may have been done', [broken, good], 'cannot reach'],
  ['DELETE', 'may have been done', [refused(504), good], 'not now (504)'],
  ['POST', 'fails again and again', [broken, broken, broken, broken, good], 'cannot reach'],
] as [method: 'POST' | 'PATCH' | 'DELETE', when: string, failures: Answer[], says: string][])(
  'a %s is not sent again when it %s',
  async (method, _when, failures, says) => {
    answers = failures;
    const call = {
      POST: () => client.post('/x'),
      PATCH: () => client.patch('/x', {}),
      DELETE: () => client.delete('/x'),
    };
    await expect(call[method]()).rejects.toThrow(says);
    expect(asked.length).toBe(failures.length - 1);
  },
);

it.each(['PATCH', 'GET'] as const)('a %s is sent again when nothing was done', async (method) => {
  answers = [refused(503)];
  await (method === 'GET' ? client.get('/x') : client.patch('/x', {}));
  expect([asked.length, keys()]).toEqual([2, [undefined, undefined]]);
});

it('a server that does not answer is waited for as long as was said', async () => {
  answers = [() => undefined];
  const impatient = new Client(config(), { timeoutMs: 100, tries: 1 });
  await expect(impatient.get('/x')).rejects.toThrow(/did not answer within 0\.1 s\. Try again later\.$/);
});

it('has no time for another try when the call was cut off', async () => {
  answers = [refused(503), good];
  const abort = new AbortController();
  const call = client.post('/x', {}, abort.signal);
  while (asked.length === 0) await new Promise(setImmediate);
  abort.abort();
  await expect(call).rejects.toThrow();
  expect(asked.length).toBe(1);
});
