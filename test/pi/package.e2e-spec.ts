import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Step } from './support/model.js';
import { describeEachPi } from './support/targets.js';
import { Server, World } from './support/world.js';

const GIT_SOURCE = 'git:github.com/owner/agent-services';
const SKILL = '---\nname: packaged\ndescription: Comes with the package.\n---\nFrom the package.\n';

interface PackageJson extends Record<string, unknown> {
  scripts: Record<string, string>;
  pi: { extensions: string[]; skills: string[] };
}

let server: Server;
let folder: string;
beforeAll(async () => {
  server = await Server.start();
  folder = mkdtempSync(join(tmpdir(), 'vers-package-'));
  makeRepository(join(folder, 'agent-services'));
});
afterAll(async () => {
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A copy of the package as git has it, with one more skill, and without any dependency: it must do without. */
function makeRepository(repository: string): void {
  for (const part of ['extension', 'skills', 'src']) {
    if (existsSync(part)) cpSync(part, join(repository, part), { recursive: true });
  }
  mkdirSync(join(repository, 'skills', 'packaged'), { recursive: true });
  writeFileSync(join(repository, 'skills', 'packaged', 'SKILL.md'), SKILL);
  const manifest = { ...readPackage(), dependencies: {}, devDependencies: {}, overrides: {} };
  writeFileSync(join(repository, 'package.json'), JSON.stringify(manifest));
  const git = (...args: string[]): void => {
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: repository });
  };
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'all');
}

function readPackage(): PackageJson {
  return JSON.parse(readFileSync('package.json', 'utf8')) as PackageJson;
}

/** Has git find the repository where the source says that it is. */
function findByGit(world: World): void {
  Object.assign(world.env, {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.${pathToFileURL(folder).href}/.insteadOf`,
    GIT_CONFIG_VALUE_0: 'https://github.com/owner/',
  });
}

function packagesOf({ home }: World): unknown {
  return (
    (JSON.parse(readFileSync(join(home.agentDir, 'settings.json'), 'utf8')) as { packages?: unknown[] }).packages ?? []
  );
}

describeEachPi('the package in $name', (target) => {
  it.each(['a local path', 'git'])('is installed from %s, used, and removed', (from) => {
    const script: Step[] = [{ calls: [['board_create_task', { title: 'From the package' }]] }];
    return World.with(target, server, script, async (world) => {
      world.extensions = [];
      if (from === 'git') findByGit(world);
      const source = from === 'git' ? GIT_SOURCE : join(folder, 'agent-services');
      await world.command('install', source);
      expect(packagesOf(world)).toEqual([expect.stringContaining('agent-services')]);
      const pi = world.rpc();
      await pi.prompt('go');
      expect(world.model.results()).toEqual([expect.stringMatching(/^Created: /)]);
      for (const skill of readdirSync(join(folder, 'agent-services', 'skills')))
        expect(world.model.prompt).toContain(`<name>${skill}<`);
      await world.command('remove', source);
      expect(packagesOf(world)).toEqual([]);
      world.model.follow();
      await pi.newSession();
      await pi.prompt('again');
      const tools = world.model.requests[0]?.tools?.map(({ function: { name } }) => name);
      expect([tools?.includes('bash'), tools?.includes('board_create_task')]).toEqual([true, false]);
      await pi.close();
      expect([pi.exitCode, pi.stderr]).toEqual([0, '']);
    });
  });

  it('keeps its skills when the hub has some of the same name, also from before it was installed', () =>
    World.with(target, server, [], async (world) => {
      const content = '---\nname: packaged\ndescription: Comes from the hub.\n---\n';
      for (const [path, name] of [
        ['items', 'packaged'],
        ['items', 'other'],
        ['extensions', 'vers-agent-services'],
      ])
        await server.post(`/skills/${path}`, {
          name,
          content: path === 'items' ? content.replace('packaged', String(name)) : 'export default () => {};',
          description: 'd',
          publishedBy: 'ann',
        });
      const installed = (kind: string): string[] =>
        readdirSync(join(world.home.agentDir, kind, '_hub')).filter((name) => !name.startsWith('.'));
      const pi = world.rpc();
      await pi.newSession();
      expect([installed('skills'), installed('extensions')]).toEqual([
        ['other', 'packaged'],
        ['package.json', 'vers-agent-services', 'vers-agent-services.ts'],
      ]);
      await pi.close();
      world.extensions = [];
      await world.command('install', join(folder, 'agent-services'));
      const next = world.rpc();
      await next.prompt('go');
      expect([installed('skills'), installed('extensions')]).toEqual([['other'], []]);
      await next.newSession();
      await next.prompt('again');
      const prompt = JSON.stringify(world.model.requests.at(-1)?.messages[0]);
      expect(prompt).toContain('Comes with the package.');
      expect([installed('skills'), next.stderr]).toEqual([['other'], '']);
    }));

  it('has skills that its own validator finds nothing wrong with', () => {
    const program = `
      const { loadSkillsFromDir } = await import(${JSON.stringify(pathToFileURL(target.library).href)});
      const { skills, diagnostics } = loadSkillsFromDir({ dir: ${JSON.stringify(join(folder, 'agent-services', 'skills'))}, source: 'path' });
      console.log(JSON.stringify({ names: skills.map(({ name }) => name).sort(), diagnostics }));`;
    const output = execFileSync(target.node, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    const names = readdirSync(join(folder, 'agent-services', 'skills')).sort();
    expect(JSON.parse(output)).toEqual({ names, diagnostics: [] });
  });
});

describe('the extension', () => {
  it('needs no package when it runs', () => {
    const files = readdirSync('extension', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const sources = files.map((file) => readFileSync(join('extension', file), 'utf8')).join('\n');
    const imported = [...sources.matchAll(/^(?:import|export)(?! type)[^;]*? from '([^']+)'|import\('([^']+)'\)/gm)];
    const modules = imported.map(([, from, dynamic]) => from ?? dynamic ?? '');
    expect(modules.length).toBeGreaterThan(files.length);
    expect(modules.filter((name) => !/^(node:|\.)/.test(name))).toEqual([]);
  });
});

describe('package.json', () => {
  it('names what there is for pi, and runs nothing when pi installs it', () => {
    const { pi, keywords, scripts, peerDependenciesMeta, dependencies } = readPackage();
    expect([pi, keywords]).toEqual([{ extensions: ['./extension/index.ts'], skills: ['./skills'] }, ['pi-package']]);
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare|prepublish)/.test(name))).toEqual([]);
    expect(peerDependenciesMeta).toEqual({ '@earendil-works/pi-coding-agent': { optional: true } });
    expect(Object.keys(dependencies as object).filter((name) => name.includes('pi-coding-agent'))).toEqual([]);
    expect(existsSync(resolve('extension/index.ts'))).toBe(true);
  });
});
