import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from './support/model.js';
import { onePi } from './support/one-pi.js';
import type { Pi } from './support/pi.js';
import { describeEachPi } from './support/targets.js';
import { POLL_MS, Server, World } from './support/world.js';

interface Task {
  id: string;
  status: string;
  assignee?: string;
  attempts: number;
  artifacts: object[];
  notes: { author: string; content: string }[];
  lease?: { agent: string; session: string; vmId: string; fence: number; expiresAt: string };
}

const FAST = { NODE_OPTIONS: `--import=${resolve('test/pi/fixtures/fast-timers.js')}` };
const VERS = resolve('test/pi/fixtures/vers.ts');
const ONE_TURN: Step = { calls: [['no_such_tool', {}]] };

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server.remove());

/** A key of its own, so that the server believes nothing that its fence does not prove. */
async function identify(world: World): Promise<void> {
  const { body } = await server.api.post('/auth/keys').send({ name: world.agent, role: 'agent' });
  world.env['VERS_AUTH_TOKEN'] = body.key;
}

async function makeTask({ agent }: World, more: object = {}): Promise<string> {
  return (await server.post('/board/tasks', { title: 'Fix it', createdBy: 'ann', tags: [agent], ...more })).id;
}

const claim = (taskId: string): Step => ({ calls: [['board_claim', { taskId }]] });
const next = ({ agent }: World): Step => ({ calls: [['board_next', { tags: [agent] }]] });
const taskOf = (id: string): Promise<Task> => server.get<Task>(`/board/tasks/${id}`);
const contents = ({ notes }: Task): string[] => notes.map(({ content }) => content);

describeEachPi('the tasks that $name takes', (target) => {
  it('are still its own when it is killed and goes on with the same session', () =>
    World.with(target, server, [], async (world) => {
      await identify(world);
      const id = await makeTask(world);
      world.model.follow(next(world), { text: 'going on' }, { calls: [['board_complete', { taskId: id }]] });
      const pi = world.rpc();
      await pi.prompt('go');
      pi.kill();
      await expect(pi.ended()).rejects.toThrow('did not end');
      expect(await taskOf(id)).toMatchObject({ status: 'in_progress', assignee: world.agent });
      await world.print('--continue', 'finish it');
      expect(world.model.results(3).at(-1)).toMatch(/^Done: /);
      expect(await taskOf(id)).toMatchObject({ status: 'done' });
    }));

  describe('in one pi', () => {
    let world: World;
    let pi: Pi;
    onePi(
      async () => {
        const opened = await World.open(target, server);
        await identify(opened);
        opened.extensions.push(VERS);
        Object.assign(opened.env, FAST);
        return opened;
      },
      (...opened) => ([world, pi] = opened),
    );

    it('are refused with what to do instead', async () => {
      const [taken, done] = [await makeTask(world), await makeTask(world, { status: 'done' })];
      await server.post(`/board/tasks/${taken}/claim`, { agent: 'ann' });
      world.model.follow({
        calls: [
          ['board_claim', { taskId: taken }],
          ['board_claim', { taskId: done }],
          ['board_complete', { taskId: taken }],
          ['board_submit_for_review', { taskId: taken, summary: 'mine' }],
          ['board_next', { tags: [world.agent], waitSeconds: 1 }],
        ],
      });
      await pi.prompt('go');
      expect(world.model.results()).toEqual([
        expect.stringMatching(/^ann holds the task for another \d+ s \(409\)\. Leave it to them, and take another/),
        expect.stringMatching(/\(409\)\. Take another with board_next\.$/),
        `you do not hold ${taken}. Claim it with board_claim, or the next ready task with board_next.`,
        expect.stringMatching(/^ann holds the task/),
        'No task is ready: all are done, held by others, or wait for tasks that are.',
      ]);
      expect(await taskOf(taken)).toMatchObject({ status: 'in_progress', assignee: 'ann' });
    });

    it('are kept while it works, with what it says, and when one is lost it is told to stop', async () => {
      const id = await makeTask(world);
      world.model.follow(next(world), ...Array.from({ length: 200 }, () => ONE_TURN));
      const said = (): string => JSON.stringify(world.model.requests.at(-1)?.messages);
      const lost = (): number => said().split('You have lost the task').length - 1;
      let toldAfter = 0;
      world.model.before = async (request) => {
        if (request === 1) {
          const { lease } = await taskOf(id);
          await server.until<Task>(
            `/board/tasks/${id}`,
            (task) => String(task.lease?.expiresAt) > String(lease?.expiresAt),
          );
          await server.until<Task>(`/board/tasks/${id}`, (task) => contents(task).includes('Working: board_next'));
          await server.api.patch(`/board/tasks/${id}`).send({ status: 'open', assignee: null });
        } else if (request > 1 && toldAfter === 0) {
          if (lost() > 0) toldAfter = request;
          await sleep(POLL_MS);
        } else if (request === toldAfter + 20) world.model.finish();
      };
      await pi.prompt('go');
      expect([lost(), pi.stderr]).toEqual([1, '']);
      expect(said()).toMatch(/Stop working on it now: .*board_next/);
      expect(await taskOf(id)).toMatchObject({ status: 'open' });
    });

    it('are not kept while it waits for its next prompt, and given back with the session', async () => {
      const id = await makeTask(world);
      world.model.follow(claim(id));
      await pi.prompt('go');
      const livesFor = async (milliseconds: number): Promise<void> => {
        const path = `/registry/vms/${world.vmId}`;
        const { lastSeen } = await server.get<{ lastSeen: string }>(path);
        const soon = Date.parse(lastSeen) + milliseconds;
        await server.until<{ lastSeen: string }>(path, (vm) => Date.parse(vm.lastSeen) > soon);
      };
      // A renewal may be on its way still.
      await livesFor(1000);
      const before = await taskOf(id);
      await livesFor(2000);
      expect((await taskOf(id)).lease).toEqual(before.lease);
      await pi.prompt('go on');
      await server.until<Task>(`/board/tasks/${id}`, (task) => task.lease?.expiresAt !== before.lease?.expiresAt);
      await pi.newSession();
      expect(await taskOf(id)).toMatchObject({ status: 'open' });
    });

    it('are still its own when it is reloaded', async () => {
      const id = await makeTask(world);
      world.model.follow(claim(id), { text: 'done' }, ONE_TURN, { calls: [['board_complete', { taskId: id }]] });
      await pi.prompt('go');
      const { lease } = await taskOf(id);
      await pi.request({ type: 'prompt', message: '/reload-all' });
      await pi.prompt('finish it');
      expect(world.model.results(4).at(-1)).toMatch(/^Done: /);
      expect(lease).toMatchObject({ agent: world.agent });
      expect(contents(await taskOf(id)).filter((note) => note.startsWith('Released'))).toEqual([]);
    });

    it('are its own until it finishes them, gives them back or gives them up', async () => {
      const ids = [
        await makeTask(world, { priority: 0 }),
        await makeTask(world),
        await makeTask(world),
        await makeTask(world),
      ];
      const [first, given, failed, reviewed] = ids as [string, string, string, string];
      const waiting = await makeTask(world, { dependencies: [first] });
      const artifacts = [{ type: 'branch', url: 'https://git.example/fix', label: 'fix' }];
      world.model.follow(
        next(world),
        {
          calls: [
            ['board_add_artifact', { taskId: first, artifacts }],
            ['board_ready', { tag: world.agent }],
          ],
        },
        { calls: [['board_complete', { taskId: first, summary: 'It is fixed' }]] },
        claim(given),
        { calls: [['board_release', { taskId: given, reason: 'No access' }]] },
        claim(failed),
        { calls: [['board_fail', { taskId: failed, reason: 'It does not compile' }]] },
        claim(reviewed),
        { calls: [['board_submit_for_review', { taskId: reviewed, summary: 'Look', artifacts }]] },
        claim(waiting),
        { calls: [['board_list_tasks', { tag: world.agent, json: true }]] },
      );
      await pi.prompt('go');
      const results = world.model.results(world.model.requests.length - 1);
      const line = (id: string, status: string): string => `${id} [${status}] Fix it`;
      expect(results.slice(0, -1)).toEqual([
        expect.stringMatching(
          `^Yours, until you finish it or give it back: ${first} .in_progress. Fix it @${world.agent} p0`,
        ),
        expect.stringContaining(`1 artifacts on: ${line(first, 'in_progress')}`),
        expect.stringContaining([given, failed, reviewed].map((id) => line(id, 'open')).join(` #${world.agent}\n`)),
        expect.stringContaining(`Done: ${line(first, 'done')}`),
        expect.stringContaining(`${line(given, 'in_progress')} @${world.agent}`),
        expect.stringContaining(`Given back: ${line(given, 'open')}`),
        expect.stringContaining(`${line(failed, 'in_progress')} @${world.agent}`),
        expect.stringContaining(`Open again, attempt 1 of 3: ${line(failed, 'open')}`),
        expect.stringContaining(`${line(reviewed, 'in_progress')} @${world.agent}`),
        expect.stringContaining(`In review: ${line(reviewed, 'in_review')} @${world.agent}`),
        expect.stringContaining(`${line(waiting, 'in_progress')} @${world.agent}`),
      ]);
      const { tasks } = JSON.parse(results.at(-1) ?? '') as { tasks: Task[] };
      expect(tasks.find(({ id }) => id === waiting)?.lease).toMatchObject({ agent: world.agent, vmId: world.vmId });
      expect(JSON.stringify(world.model.requests)).not.toContain('fence');
      expect([(await taskOf(first)).status, contents(await taskOf(first)).at(-1)]).toEqual(['done', 'It is fixed']);
      expect(await taskOf(failed)).toMatchObject({ status: 'open', attempts: 1 });
      await pi.close();
      expect([pi.exitCode, pi.stderr]).toEqual([0, '']);
      // What it still held when it ended.
      expect(contents(await taskOf(waiting)).at(-1)).toBe(`Released by ${world.agent}: its session has ended`);
    });
  });
});
