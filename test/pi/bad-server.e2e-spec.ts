import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../support/server.js';
import type { Step } from './support/model.js';
import type { Pi } from './support/pi.js';
import { describeEachPi } from './support/targets.js';
import { Server, World } from './support/world.js';

const SLOW_MS = 10_000;
/** Two seconds, and as much again for a machine that is busy. */
const PATIENCE_MS = 4000;

const asJson = { 'Content-Type': 'application/json' };
const CONDITIONS: [what: string, answer: (response: ServerResponse) => void, says: RegExp][] = [
  [
    'slow',
    (response) => setTimeout(() => response.writeHead(200, asJson).end('{}'), SLOW_MS),
    /did not answer within|^$/,
  ],
  [
    'failing',
    (response) => response.writeHead(500, asJson).end('{"error":"it broke"}'),
    /: it broke \(500\)\. The server failed/,
  ],
  [
    'not ours, with pages',
    (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Hi</p>'),
    /answered 200 with text\/html/,
  ],
  ['not ours, with JSON', (response) => response.writeHead(200, asJson).end('{}'), /not as expected|not acknowledged/],
  ['down', (response) => response.destroy(), /cannot reach .*(ECONNREFUSED|ECONNRESET|socket|closed)/],
];

let bad: HttpServer;
let answer: (response: ServerResponse) => void;
let good: Server;
beforeAll(async () => {
  good = await Server.start();
  bad = createServer((request, response) => {
    request.resume();
    answer(response);
  });
  await once(bad.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  bad.closeAllConnections();
  bad.close();
  await good.remove();
});

/** One prompt with a tool call in it; gives how long pi took after the model's last word, and its longest turn. */
async function run(
  world: World,
  start: (world: World) => Promise<Pi>,
): Promise<{ pi: Pi; turnMs: number; endMs: number }> {
  const times: number[] = [];
  world.model.before = () => void times.push(performance.now());
  const pi = await start(world);
  const end = performance.now();
  const [first = 0, last = 0] = times;
  expect([pi.exitCode, pi.stderr, times.length]).toEqual([0, '', 2]);
  return { pi, turnMs: last - first, endMs: end - last };
}

const MODES: [string, (world: World) => Promise<Pi>][] = [
  ['-p', (world) => world.print('go')],
  ['json', (world) => world.json('go')],
  [
    'rpc',
    async (world) => {
      const pi = world.rpc();
      await pi.prompt('go');
      return pi.close();
    },
  ],
];

describeEachPi('a server that fails $name', (target) => {
  it.each(CONDITIONS)('neither delays nor hangs it, and costs no usage: %s', async (what, respond, says) => {
    answer = respond;
    const url = `http://127.0.0.1:${what === 'down' ? await freePort() : (bad.address() as AddressInfo).port}`;
    await Promise.all(
      MODES.map(([mode, start]) => {
        const script: Step[] = [{ calls: [['no_such_tool', {}]] }];
        return World.with(target, { url }, script, async (world) => {
          const { pi, turnMs, endMs } = await run(world, start);
          expect([mode, turnMs < PATIENCE_MS, endMs < PATIENCE_MS]).toEqual([mode, true, true]);
          expect(readdirSync(join(world.home.agentDir, 'vers-usage')).length).toBe(1);
          const said = pi.events.filter(({ method }) => method === 'setStatus').map(({ statusText }) => statusText);
          expect([mode, said.length]).toEqual([mode, mode === 'rpc' && what !== 'slow' ? 1 : 0]);
          expect(said.join()).toMatch(mode === 'rpc' ? says : /^$/);
          if (mode !== 'json' || what !== 'down') return;
          world.env['VERS_INFRA_URL'] = good.url;
          await world.print('again');
          expect(await good.get(`/usage/sessions?agent=${world.agent}`)).toMatchObject({ count: 2 });
        });
      }),
    );
  });

  describe('by the settings of a file', () => {
    let world: World;
    let pi: Pi;
    beforeAll(async () => {
      world = await World.open(target, good);
      delete world.env['VERS_INFRA_URL'];
      pi = world.rpc();
    });
    afterAll(() => world.close());

    it('is told to the model by the tools, with what to do', async () => {
      answer = (response) => response.writeHead(503, { ...asJson, 'Retry-After': '7' }).end('{"error":"disk full"}');
      world.configure({ VERS_INFRA_URL: `http://127.0.0.1:${(bad.address() as AddressInfo).port}/` });
      await pi.newSession();
      world.model.follow({ calls: [['log_append', { text: 'x' }]] });
      await pi.prompt('go');
      expect(world.model.results()).toEqual(['disk full (503). Nothing was changed: try again in 7 s.']);
    });

    it('is named in the status line when its address is none', async () => {
      world.configure({ VERS_INFRA_URL: 'nonsense' });
      await pi.newSession();
      const { statusText } = await pi.until(
        ({ method, statusText: text }) => method === 'setStatus' && String(text).includes('nonsense'),
      );
      expect(statusText).toBe('agent services: VERS_INFRA_URL is not an http or https URL: nonsense');
    });

    it('does not keep a session from beginning when it is slow, nor pi from ending', async () => {
      const [, slow] = CONDITIONS.find(([what]) => what === 'slow') ?? [];
      answer = slow ?? answer;
      world.configure({ VERS_INFRA_URL: `http://127.0.0.1:${(bad.address() as AddressInfo).port}` });
      const start = performance.now();
      await pi.newSession();
      const begun = performance.now();
      await pi.close();
      const ended = performance.now();
      expect([begun - start < PATIENCE_MS, ended - begun < PATIENCE_MS, pi.exitCode]).toEqual([true, true, 0]);
    });
  });
});
