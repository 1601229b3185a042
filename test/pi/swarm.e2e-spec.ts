import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import type { Step } from './support/model.js';
import { onePi } from './support/one-pi.js';
import type { Pi } from './support/pi.js';
import { describeEachPi } from './support/targets.js';
import { Server, World } from './support/world.js';

interface Vm {
  id: string;
  name: string;
  status: string;
  lastSeen: string;
}

const VERS = resolve('test/pi/fixtures/vers.ts');
const FAST = { NODE_OPTIONS: `--import=${resolve('test/pi/fixtures/fast-timers.js')}` };

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server.remove());

const emit = (channel: string, data: unknown): Step => ({ calls: [['emit', { channel, data }]] });
const vmOf = (id: string): Promise<Vm> => server.get<Vm>(`/registry/vms/${id}`);

describeEachPi('in the swarm, $name', (target) => {
  it('is registered while it lives, through all its prompts, and stopped when it ends', () =>
    World.with(target, server, [], async (world) => {
      const path = `/registry/vms/${world.vmId}`;
      const pi = world.rpc();
      await pi.prompt('first');
      const vm = await server.until<Vm>(path, ({ status }) => status === 'running');
      expect(vm).toEqual({
        id: world.vmId,
        name: world.agent,
        role: 'worker',
        status: 'running',
        address: `${world.vmId}.vm.vers.sh`,
        registeredBy: world.agent,
        registeredAt: vm.lastSeen,
        lastSeen: vm.lastSeen,
      });
      await pi.request({ type: 'new_session' });
      await pi.prompt('second');
      expect((await pi.close()).exitCode).toBe(0);
      const history = server.linesOf<Vm>('registry').filter(({ id }) => id === world.vmId);
      const statuses = history.map(({ status }) => status);
      expect([statuses.indexOf('stopped'), new Set(statuses)]).toEqual([
        statuses.length - 1,
        new Set(['running', 'stopped']),
      ]);
    }));

  it('is registered again when it starts again, as what it is by then', () =>
    World.with(target, server, [], async (world) => {
      const before = { id: world.vmId, name: 'old', role: 'infra', address: 'old', registeredBy: 'ann' };
      await server.post('/registry/vms', { ...before, status: 'paused' });
      world.env['VERS_AGENT_ROLE'] = 'orchestrator';
      const pi = world.rpc();
      const vm = await server.until<Vm>(`/registry/vms/${world.vmId}`, ({ status }) => status === 'running');
      const now = { name: world.agent, role: 'custom', address: `${world.vmId}.vm.vers.sh` };
      expect(vm).toMatchObject({ ...now, registeredBy: 'ann' });
      pi.terminate();
      expect((await pi.ended()).exitCode).toBe(143);
      expect((await vmOf(world.vmId)).status).toBe('stopped');
    }));

  it('leaves its VM to the first one, when its shell starts another', () => {
    const script: Step[] = [];
    return World.with(target, server, script, async (world) => {
      const [mine, ...others] = await Promise.all(
        ['mine', 'its', 'left'].map((title) =>
          server.post('/board/tasks', { title, createdBy: 'ann', tags: [`${title}-${world.agent}`] }),
        ),
      );
      const [its, left] = others.map(({ id }) => id);
      const child = `VERS_AGENT_NAME=${world.agent}-child ${world.commandLine('-p', 'go')}`;
      script.push(
        { calls: [['board_claim', { taskId: mine?.id }]] },
        { calls: [['bash', { command: child }]] },
        { calls: [['board_claim', { taskId: its }]] },
        { text: 'done by the child' },
        { calls: [['board_claim', { taskId: left }]] },
        { calls: [['board_complete', { taskId: mine?.id }]] },
      );
      const pi = await world.print('go');
      expect([pi.exitCode, pi.stderr]).toEqual([0, '']);
      expect(world.model.results(4).at(-1)).toContain('done by the child');
      expect(world.model.results(6).at(-1)).toMatch(/^Done: /);
      const claims = server
        .linesOf<{ set?: { lease?: { agent: string; vmId?: string } } }>('board')
        .flatMap(({ set }) => set?.lease ?? [])
        .filter(({ agent }) => agent.startsWith(world.agent));
      expect(new Set(claims.map(({ agent, vmId }) => `${agent} ${vmId}`))).toEqual(
        new Set([`${world.agent} ${world.vmId}`, `${world.agent}-child undefined`]),
      );
      const history = server.linesOf<Vm>('registry').filter(({ id }) => id === world.vmId);
      expect(new Set(history.map(({ name }) => name))).toEqual(new Set([world.agent]));
      expect(history.filter(({ status }) => status === 'stopped').length).toBe(1);
    });
  });

  describe('while a session runs', () => {
    let world: World;
    let pi: Pi;
    onePi(
      async () => {
        const opened = await World.open(target, server);
        opened.extensions.push(VERS);
        Object.assign(opened.env, FAST);
        return opened;
      },
      (...opened) => ([world, pi] = opened),
    );

    it('shows how the swarm is doing, every half minute', async () => {
      const widget = (text: string): Promise<unknown> =>
        pi.until(
          ({ method, widgetLines }) => method === 'setWidget' && (widgetLines as string[]).join().includes(text),
        );
      const { tasks } = await server.get<{ tasks: { blocked: number } }>('/status');
      await widget(`Board: `);
      await server.post('/board/tasks', { title: 'x', createdBy: 'ann', status: 'blocked' });
      await widget(`${tasks.blocked + 1} blocked`);
      expect(pi.events.filter(({ method }) => method === 'setStatus')).toEqual([]);
    });

    it('says every minute that it is alive, and repairs a lost registration', async () => {
      const path = `/registry/vms/${world.vmId}`;
      const { lastSeen } = await server.until<Vm>(path, ({ status }) => status === 'running');
      await server.until<Vm>(path, (vm) => vm.lastSeen > lastSeen);
      await server.api.delete(path);
      await server.until<Vm>(path, ({ status }) => status === 'running');
    });

    it('registers the agents and lieutenants that are made, and takes them off when they are destroyed', async () => {
      const [worker, lieutenant, specialist, other] = ['w', 'l', 's', 'o'].map((kind) => `${world.agent}-${kind}`) as [
        string,
        string,
        string,
        string,
      ];
      await server.post('/registry/vms', { id: other, name: 'x', role: 'infra', address: 'x', registeredBy: 'x' });
      world.model.follow(
        emit('vers:agent_spawned', { vmId: worker, label: 'w1', address: 'w.example', commitId: 'c-1' }),
        emit('vers:lt_created', { vmId: lieutenant, name: 'l1', address: 'l.example' }),
        emit('vers:lt_created', { vmId: specialist, name: 's1', role: 'nonsense', ltRole: 'qa', createdAt: 'now' }),
        emit('vers:agent_spawned', { vmId: other, label: 'o1', role: 'worker', address: 'o.example' }),
        emit('vers:agent_spawned', null),
        emit('vers:agent_destroyed', { vmId: 'nobody' }),
      );
      await pi.prompt('make');
      const by = { registeredBy: world.agent, status: 'running' };
      await server.until<Vm>(`/registry/vms/${other}`, ({ name }) => name === 'o1');
      expect(await Promise.all([worker, lieutenant, specialist, other].map(vmOf))).toMatchObject([
        { ...by, name: 'w1', role: 'worker', address: 'w.example', metadata: { commitId: 'c-1' } },
        { ...by, name: 'l1', role: 'lieutenant', address: 'l.example' },
        {
          ...by,
          name: 's1',
          role: 'custom',
          address: `${specialist}.vm.vers.sh`,
          metadata: { ltRole: 'qa', createdAt: 'now' },
        },
        { name: 'o1', role: 'worker', address: 'o.example', registeredBy: 'x', status: 'running' },
      ]);
      world.model.follow(
        emit('vers:agent_destroyed', { vmId: worker, label: 'w1' }),
        emit('vers:lt_destroyed', { vmId: lieutenant, name: 'l1' }),
      );
      await pi.prompt('destroy');
      await pi.newSession();
      const gone = { error: 'VM not found' };
      expect(await Promise.all([worker, lieutenant].map(vmOf))).toEqual([gone, gone]);
      expect(await vmOf(specialist)).toMatchObject(by);
      expect(pi.stderr).toBe('');
    });

    it('records the VMs that come and go, and snapshots of them', async () => {
      const { agent } = world;
      const id = (kind: string): string => `vm-${kind}-${agent}`;
      const commit = `c-${agent}`;
      const golden = { vmId: id('new'), label: 'golden', tags: ['t'] };
      world.model.follow(
        { calls: [['vers_vm_create', { says: `VM created: ${id('new')}`, role: 'lieutenant' }]] },
        { calls: [['vers_vm_commit', { says: `Committed as commit ${commit}`, ...golden }]] },
        { calls: [['vers_vm_restore', { says: `Restored VM ${id('again')} from ${commit}`, commitId: commit }]] },
        { calls: [['vers_vm_delete', { says: 'Deleted.', vmId: id('again') }]] },
        { calls: [['vers_vm_create', { says: `VM created: ${id('failed')}`, fails: true }]] },
      );
      await pi.prompt('go');
      await pi.newSession();
      const { vms } = await server.get<{ vms: { vmId: string }[] }>(`/usage/vms?agent=${agent}`);
      expect(vms.sort((a, b) => a.vmId.localeCompare(b.vmId))).toMatchObject([
        { vmId: id('again'), role: 'worker', agent, commitId: commit, destroyedAt: expect.any(String) },
        { vmId: id('new'), role: expect.any(String), agent },
        { vmId: id('new'), role: expect.any(String), agent },
      ]);
      expect(vms).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ role: 'lieutenant' }),
          expect.objectContaining({ role: 'golden', commitId: commit }),
        ]),
      );
      expect(await server.get(`/commits/${commit}`)).toMatchObject({ ...golden, agent });
    });
  });
});
