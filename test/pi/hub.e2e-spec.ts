import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../../extension/hub/hub-folder.js';
import { FakeHub } from './support/fake-hub.js';
import type { Step } from './support/model.js';
import type { Pi } from './support/pi.js';
import { describeEachPi } from './support/targets.js';
import { POLL_MS, Server, World } from './support/world.js';

const FAST = { NODE_OPTIONS: `--import=${resolve('test/pi/fixtures/fast-timers.js')}` };
const SYNC: Step = { calls: [['skillhub_sync', {}]] };
const GOOD_CALLS: Step = { calls: ['good_tool', 'late_tool', 'board_bump'].map((tool) => [tool, {}]) };
const turn = (): Step => ({ calls: [['no_such_tool', {}]] });

const server = await Server.start();
afterAll(() => server.remove());
beforeEach(async () => {
  for (const [path, list] of [
    ['items', 'skills'],
    ['extensions', 'extensions'],
  ] as const) {
    const body = await server.get<Record<string, { name: string }[]>>(`/skills/${path}`);
    for (const { name } of body[list] ?? []) await server.api.delete(`/skills/${path}/${name}`);
  }
});

const skillText = (name: string, body = ''): string => `---\nname: ${name}\ndescription: About ${name}.\n---\n${body}`;
const extensionText = (tool: string): string => `
  export default function (pi: any): void {
    pi.registerTool({
      name: '${tool}', label: '${tool}', description: '${tool}', parameters: { type: 'object', properties: {} },
      execute: async () => ({ content: [{ type: 'text', text: 'from the hub' }], details: {} }),
    });
  }`;

function publish(path: 'items' | 'extensions', name: string, content: string): Promise<unknown> {
  return server.post(`/skills/${path}`, { name, content, description: 'd', publishedBy: 'ann' });
}

function skillFile({ home }: World, name: string): string {
  return join(home.agentDir, 'skills', '_hub', name, 'SKILL.md');
}

const contentOf = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

async function untilContent(path: string, content: string | undefined): Promise<void> {
  while (contentOf(path) !== content) await sleep(POLL_MS);
}

describeEachPi('the hub in $name', (target) => {
  it('is in the session that starts, with skills, and in the next, with extensions', () =>
    World.with(target, server, [], async (world) => {
      await publish('items', 'first', skillText('first'));
      await publish('extensions', 'hub-tool', extensionText('hub_tool'));
      const pi = world.rpc();
      await pi.prompt('go');
      expect(world.model.prompt.match(/<name>first</g)?.length).toBe(1);
      expect(contentOf(skillFile(world, 'first'))).toBe(skillText('first'));
      world.model.follow({ calls: [['hub_tool', {}]] });
      await pi.newSession();
      await pi.prompt('go');
      expect([world.model.results(), pi.stderr]).toEqual([['from the hub'], '']);
      expect(world.model.prompt.match(/<name>first</g)?.length).toBe(1);
      expect(await server.get(`/skills/agents/${world.agent}`)).toMatchObject({
        agentId: world.agent,
        vmId: world.vmId,
        skills: [{ name: 'first', version: expect.any(Number) }],
        extensions: [{ name: 'hub-tool', version: expect.any(Number) }],
      });
    }));

  it('says which of its extensions fail, and loads the others', () =>
    World.with(target, server, [{ text: 'hi' }], async (world) => {
      const imports = `import { Type } from '@sinclair/typebox';\n`;
      const late = `await Promise.resolve();\nthrow new Error('not today');`;
      await publish(
        'extensions',
        'good',
        imports + extensionText('good_tool').replace(/\{ type: .* \} \}/, 'Type.Object({})'),
      );
      await publish(
        'extensions',
        'late',
        `export default (pi: any) => pi.on('session_start', () => register(pi));${extensionText('late_tool').replace('export default function', 'function register')}`,
      );
      await publish('extensions', 'broken', 'export default function (');
      await publish('extensions', 'lost', `import 'nowhere-to-be-found';\nexport default function (): void {}`);
      await publish('extensions', 'throws', `export default async function (): Promise<void> { ${late} }`);
      await publish('extensions', 'empty', 'export const nothing = 1;');
      await publish('extensions', 'twin', extensionText('board_bump'));
      await publish('extensions', 'second', extensionText('good_tool'));
      const pi = world.rpc();
      await pi.prompt('go');
      world.model.follow(GOOD_CALLS);
      const { exitCode, stderr } = await world.print('go');
      expect([exitCode, world.model.results()]).toEqual([
        0,
        ['from the hub', 'from the hub', expect.stringContaining('taskId')],
      ]);
      expect(
        stderr
          .split('\n')
          .filter((line) => line.startsWith('SkillHub: '))
          .sort(),
      ).toEqual([
        expect.stringMatching(/^SkillHub: the extension broken could not be loaded: /),
        'SkillHub: the extension empty could not be loaded: it exports no function',
        expect.stringMatching(/^SkillHub: the extension lost could not be loaded: .*nowhere-to-be-found/),
        'SkillHub: the extension second has a tool of a name that is taken: good_tool',
        'SkillHub: the extension throws could not be loaded: not today',
        'SkillHub: the extension twin has a tool of a name that is taken: board_bump',
      ]);
      await pi.newSession();
      await pi.until(({ method, message }) => method === 'notify' && String(message).includes('throws could not be'));
      for (const name of ['good', 'late', 'broken', 'lost', 'throws', 'empty', 'twin', 'second'])
        await server.api.delete(`/skills/extensions/${name}`);
      const folder = join(world.home.agentDir, 'extensions', '_hub');
      while (readdirSync(folder).join() !== '.installed.json') await sleep(POLL_MS);
      expect((await pi.close()).exitCode).toBe(0);
    }));

  it('is asked for changes as turns begin, when nobody sits at it, too', async () => {
    const hub = await FakeHub.start();
    try {
      await World.with(target, hub, Array.from({ length: 500 }, turn), async (world) => {
        Object.assign(world.env, FAST);
        const pi = world.start('-p', ['go']);
        world.model.before = () => (hub.syncs >= 3 ? pi.terminate() : sleep(POLL_MS));
        await pi.ended();
        // It may look once more while it ends.
        expect([hub.syncs >= 3, world.model.requests.length > hub.syncs]).toEqual([true, true]);
      });
    } finally {
      hub.stop();
    }
  });

  describe('whose answers are not to be trusted', () => {
    let hub: FakeHub;
    let world: World;
    let pi: Pi;
    beforeAll(async () => {
      hub = await FakeHub.start();
      world = await World.open(target, hub);
      pi = world.rpc();
      await hub.untilStreams(1, 1);
    });
    afterAll(() => {
      world.close();
      hub.stop();
    });

    it('does nothing because of an answer that is empty, broken or not true', async () => {
      const update = (action: string, name = 'kept'): object => ({
        updates: [{ type: 'skill', name, version: 9, action }],
      });
      const good = skillText('kept');
      const item = { name: 'kept', version: 9, enabled: true, content: 'evil', sha256: 'x' };
      const answers: [sync: object, item: object | undefined, says: unknown][] = [
        [
          update('install'),
          { ...item, content: good, sha256: sha256(good) },
          expect.stringContaining('install: skill'),
        ],
        [{}, undefined, expect.stringContaining('not as expected')],
        [
          { updates: [{ type: 'constructor', name: 'kept', action: 'remove' }] },
          undefined,
          expect.stringContaining('not as expected'),
        ],
        [{ updates: [] }, undefined, 'Everything is up to date.'],
        [update('remove'), item, 'Everything is up to date.'],
        [update('remove'), undefined, expect.stringContaining('something is wrong (500)')],
        [update('update'), item, 'left alone: skill kept, its content does not match its sha256'],
        [update('install', '../../kept'), item, 'left alone: skill ../../kept, its name is not allowed'],
      ];
      for (const [i, [sync, found, says]] of answers.entries()) {
        Object.assign(hub, { sync, item: found });
        world.model.follow(SYNC);
        await pi.prompt('go');
        expect([i, world.model.results().at(-1)]).toEqual([i, says]);
        expect([i, contentOf(skillFile(world, 'kept'))]).toEqual([i, good]);
        expect(existsSync(join(world.home.agentDir, 'kept'))).toBe(false);
      }
    });

    it('is asked for changes no more than once a minute', async () => {
      Object.assign(hub, { sync: { updates: [] } });
      // What the beginning of the stream asked for is over then.
      world.model.follow(SYNC);
      await pi.prompt('go');
      const { syncs } = hub;
      world.model.follow(...Array.from({ length: 4 }, turn));
      await pi.prompt('go');
      expect([world.model.requests.length, hub.syncs]).toEqual([5, syncs]);
    });

    it('is followed on one stream, however often the session is made anew, and on none at the end', async () => {
      const { opened } = hub;
      for (const more of [1, 2, 3]) {
        await pi.newSession();
        await hub.untilStreams(1, opened + more);
      }
      // Pi begins a session twice, and what its stream's beginning asks for may be late: both are over after a turn.
      world.model.follow(SYNC);
      await pi.prompt('go');
      await hub.untilStreams(1);
      hub.send('id: 01K9XW5T3V8Z6Q2N4M7P1R0SAB\ndata: {}\n\n');
      await hub.untilSyncs(hub.syncs + 1);
      const before = hub.opened;
      hub.breakOff();
      await hub.untilStreams(1, before + 1);
      expect(hub.lastEventId).toBe('01K9XW5T3V8Z6Q2N4M7P1R0SAB');
      expect((await pi.close()).exitCode).toBe(0);
      await hub.untilStreams(0);
    });
  });

  describe('while a session runs', () => {
    let world: World;
    let pi: Pi;
    beforeAll(async () => {
      world = await World.open(target, server);
      pi = world.rpc();
      await pi.newSession();
    });
    afterAll(() => world.close());

    it('is followed through publications, new versions, switches and removals', async () => {
      const file = skillFile(world, 'live');
      await publish('items', 'live', skillText('live', '1'));
      await untilContent(file, skillText('live', '1'));
      await publish('items', 'live', skillText('live', '2'));
      await untilContent(file, skillText('live', '2'));
      await server.api.patch('/skills/items/live').send({ enabled: false });
      await untilContent(file, undefined);
      await server.api.patch('/skills/items/live').send({ enabled: true });
      await untilContent(file, skillText('live', '2'));
      await server.api.delete('/skills/items/live');
      await untilContent(file, undefined);
      await pi.until(({ method, message }) => method === 'notify' && String(message).includes('remove live'));
      expect(pi.stderr).toBe('');
    });

    it('leaves alone what it did not write, and what was changed since', async () => {
      const names = ['foreign', 'linked', 'changed', 'beside'];
      const folder = join(world.home.agentDir, 'skills', '_hub');
      mkdirSync(join(folder, 'foreign'), { recursive: true });
      writeFileSync(skillFile(world, 'foreign'), 'mine');
      mkdirSync(join(world.home.path, 'elsewhere'));
      symlinkSync(join(world.home.path, 'elsewhere'), join(folder, 'linked'));
      for (const name of names) await publish('items', name, skillText(name));
      for (const name of ['changed', 'beside']) await untilContent(skillFile(world, name), skillText(name));
      world.model.follow(SYNC);
      await pi.prompt('go');
      expect(world.model.results()[0]?.split('\n').sort()).toEqual([
        expect.stringMatching(/^left alone: skill foreign, .*SKILL\.md was changed or made by somebody else$/),
        'left alone: skill linked, it is a link here',
      ]);
      writeFileSync(skillFile(world, 'changed'), 'changed');
      writeFileSync(join(folder, 'beside', 'notes.txt'), 'mine');
      for (const name of names) await server.api.delete(`/skills/items/${name}`);
      world.model.follow(SYNC);
      await pi.prompt('again');
      expect([contentOf(skillFile(world, 'foreign')), contentOf(skillFile(world, 'changed'))]).toEqual([
        'mine',
        'changed',
      ]);
      expect(contentOf(skillFile(world, 'beside'))).toBeUndefined();
      expect(contentOf(join(folder, 'beside', 'notes.txt'))).toBe('mine');
      expect(existsSync(join(world.home.path, 'elsewhere', 'SKILL.md'))).toBe(false);
    });

    it('brings back what somebody deleted here', async () => {
      await publish('items', 'deleted', skillText('deleted'));
      await untilContent(skillFile(world, 'deleted'), skillText('deleted'));
      rmSync(skillFile(world, 'deleted'));
      await pi.newSession();
      await untilContent(skillFile(world, 'deleted'), skillText('deleted'));
    });
  });
});
