import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { anId } from '../support/make.js';
import { type Step, TOKENS_PER_TURN } from './support/model.js';
import { onePi } from './support/one-pi.js';
import type { Pi } from './support/pi.js';
import { describeEachPi } from './support/targets.js';
import { Server, World } from './support/world.js';

interface FeedEvent {
  type: string;
  summary: string;
  detail?: string;
  metadata?: object;
}

interface Session {
  sessionId: string;
  startedAt: string;
  turns: number;
}

const aTime: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const aTask: Step = { calls: [['board_create_task', { title: 'x' }]] };

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server.remove());

function times(count: number): typeof TOKENS_PER_TURN {
  const tokens = Object.entries(TOKENS_PER_TURN).map(([kind, value]) => [kind, value * count]);
  return Object.fromEntries(tokens) as typeof TOKENS_PER_TURN;
}

function eventsOf({ agent }: World): Promise<FeedEvent[]> {
  return server.get(`/feed/events?agent=${agent}`);
}

async function sessionsOf({ agent }: World): Promise<Session[]> {
  return (await server.get<{ sessions: Session[] }>(`/usage/sessions?agent=${agent}`)).sessions;
}

function queueOf({ home }: World): string[] {
  return readdirSync(join(home.agentDir, 'vers-usage'));
}

describeEachPi('the runs of $name', (target) => {
  it.each(['-p', '--mode=json'] as const)('are told to the feed and recorded, with %s', (mode) => {
    const script = [{ calls: [...aTask.calls, ['no_such_tool', {}], ...aTask.calls] }] as Step[];
    return World.with(target, server, script, async (world) => {
      Object.assign(world.env, { VERS_PARENT_AGENT: 'boss', VERS_AGENT_ROLE: 'lieutenant' });
      const pi = await world.start(mode, ['go']).ended();
      expect([pi.exitCode, pi.stderr]).toEqual([0, '']);
      const [session, ...others] = await sessionsOf(world);
      const cost = { input: 0.00012, output: 0.00008, cacheRead: 0.00004, cacheWrite: 0, total: 0.00024 };
      expect([session, others]).toEqual([
        {
          id: anId,
          sessionId: expect.stringMatching(/^[\w-]{20,}$/),
          agent: world.agent,
          parentAgent: 'boss',
          model: 'stub-1',
          tokens: times(2),
          cost: Object.fromEntries(Object.entries(cost).map(([kind, dollars]) => [kind, expect.closeTo(dollars, 9)])),
          turns: 2,
          toolCalls: { board_create_task: 2, no_such_tool: 1 },
          startedAt: aTime,
          endedAt: aTime,
          recordedAt: aTime,
        },
        [],
      ]);
      expect(queueOf(world)).toEqual([]);
      const sessionId = session?.sessionId;
      const events = await eventsOf(world);
      expect(
        events.map(({ type, summary, detail, metadata }) => [
          type,
          summary,
          detail && (JSON.parse(detail) as object),
          metadata,
        ]),
      ).toEqual([
        [
          'agent_started',
          'Started working with stub-1',
          undefined,
          { sessionId, model: 'stub-1', role: 'lieutenant', vmId: world.vmId, parentAgent: 'boss' },
        ],
        ...[1, 2].map((turn) => [
          'token_update',
          `120 tokens this turn, ${120 * turn} in this session`,
          {
            agent: world.agent,
            tokensThisTurn: 120,
            totalTokens: 120 * turn,
            inputTokens: 60 * turn,
            outputTokens: 20 * turn,
            timestamp: aTime,
          },
          undefined,
        ]),
        [
          'agent_stopped',
          'Stopped after 2 turns, 240 tokens, $0.0002',
          undefined,
          { sessionId, turns: 2, tokens: 240, cost: expect.closeTo(0.00024, 9) },
        ],
      ]);
    });
  });

  it('are not lost when pi is killed in the middle of one: the next session brings them', () =>
    World.with(target, server, [aTask], async (world) => {
      const pi = world.start('-p', ['go']);
      world.model.before = (request) => {
        if (request === 1) pi.kill();
      };
      await expect(pi.ended()).rejects.toThrow('did not end');
      expect(await sessionsOf(world)).toEqual([]);
      const next = world.rpc();
      const path = `/usage/sessions?agent=${world.agent}`;
      const { sessions } = await server.until<{ sessions: Session[] }>(path, (body) => body.sessions.length > 0);
      expect(sessions).toMatchObject([{ turns: 1, tokens: times(1), toolCalls: { board_create_task: 1 } }]);
      await next.close();
      expect(queueOf(world)).toEqual([]);
    }));

  describe('in one pi', () => {
    let world: World;
    let pi: Pi;
    onePi(
      () => World.open(target, server),
      (...opened) => ([world, pi] = opened),
    );

    it('are not recorded when the model never answered', async () => {
      world.model.follow({ status: 500 });
      await pi.prompt('go');
      await pi.newSession();
      expect(await sessionsOf(world)).toEqual([]);
      const events = await eventsOf(world);
      expect(events.map(({ type }) => type)).toEqual(['agent_started', 'token_update', 'agent_stopped']);
    });

    it('are recorded one by one, also when the server is away and comes back in between', async () => {
      const path = `/usage/sessions?agent=${world.agent}`;
      await pi.prompt('first');
      await server.until<{ count: number }>(path, ({ count }) => count === 1);
      await server.crash();
      await pi.prompt('second');
      expect(queueOf(world).length).toBe(1);
      await server.start();
      await pi.prompt('third');
      const { sessions } = await server.until<{ sessions: Session[]; count: number }>(path, ({ count }) => count === 3);
      expect(new Set(sessions.map(({ sessionId }) => sessionId)).size).toBe(1);
      expect(sessions.map(({ turns }) => turns)).toEqual([1, 1, 1]);
      await pi.newSession();
      expect([queueOf(world), pi.stderr]).toEqual([[], '']);
    });

    it('are left to the pi that works on them, and set aside when no server will ever take them', async () => {
      const folder = join(world.home.agentDir, 'vers-usage');
      mkdirSync(folder, { recursive: true });
      const session = { sessionId: 's', agent: world.agent };
      const put = (file: string, content: string): void => writeFileSync(join(folder, file), content);
      put('1-theirs.json', JSON.stringify({ owner: { pid: process.pid, since: 0 }, session }));
      put('2-refused.json', JSON.stringify({ session }));
      put('3-damaged.json', '{"session');
      const before = await sessionsOf(world);
      await pi.prompt('go');
      await pi.newSession();
      expect(queueOf(world).sort()).toEqual(['1-theirs.json', '2-refused.json.refused', '3-damaged.json.refused']);
      expect(readFileSync(join(folder, '3-damaged.json.refused'), 'utf8')).toBe('{"session');
      expect((await sessionsOf(world)).length).toBe(before.length + 1);
    });
  });
});
