import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestApp, temporaryFolder, TOKEN } from './support/app.js';
import { freePort } from './support/server.js';
import { SKILL_FILES, SKILLS_FOLDER } from './support/skill-files.js';

const NAMES = SKILL_FILES.map(({ name }) => name).sort();

let app: TestApp;
let folder: string;

beforeEach(async () => {
  app = await TestApp.start();
  folder = temporaryFolder();
});

afterEach(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  code: number;
  stdout: string[];
  stderr: string;
}

/** Runs `npm run seed-skills`, which is this one command. */
function seed(args: string[] = [], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const env = { PATH: process.env['PATH'], VERS_INFRA_URL: app.url, VERS_AUTH_TOKEN: TOKEN, ...more };
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/seed-skills.ts', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout: stdout.trimEnd().split('\n'), stderr }),
    );
  });
}

function failed(sentence: unknown): Ended {
  return { code: 1, stdout: [''], stderr: sentence as string };
}

async function hub(): Promise<Record<string, unknown>[]> {
  return (await app.api.get('/skills/items')).body.skills as Record<string, unknown>[];
}

describe('npm run seed-skills', () => {
  it('publishes all skills as they lie on the disk, and the second time none', async () => {
    expect(await seed()).toEqual({
      code: 0,
      stdout: [
        ...NAMES.map((name) => `${name}: published, version 1`),
        `${NAMES.length} of ${NAMES.length} skills published to ${app.url}`,
      ],
      stderr: '',
    });
    const first = await hub();
    expect(
      first.map(({ name, description, content, publishedBy }) => [name, description, content, publishedBy]),
    ).toEqual(
      NAMES.map((name) => {
        const { text, frontmatter } = SKILL_FILES.find((skill) => skill.name === name) ?? {};
        return [name, frontmatter?.split('\n')[1]?.replace('description: ', ''), text, 'seed-skills'];
      }),
    );
    expect(await seed()).toEqual({
      code: 0,
      stdout: [
        ...NAMES.map((name) => `${name}: unchanged, version 1`),
        `0 of ${NAMES.length} skills published to ${app.url}`,
      ],
      stderr: '',
    });
    expect(await hub()).toEqual(first);
  });

  it('publishes what changed, on either side, and keeps tags and what was switched off', async () => {
    cpSync(SKILLS_FOLDER, folder, { recursive: true });
    await seed(['--folder', folder]);
    await app.api.patch('/skills/items/log').send({ enabled: false });
    await app.api.patch('/skills/items/feed').send({ tags: ['core'] });
    await app.api.delete('/skills/items/usage');
    await app.api
      .post('/skills/items')
      .send({ name: 'board', description: 'other', content: 'other', publishedBy: 'somebody' });
    appendFileSync(join(folder, 'feed', 'SKILL.md'), '\nMore.\n');
    const { stdout } = await seed(['--folder', folder]);
    expect(stdout.filter((line) => !line.endsWith('unchanged, version 1'))).toEqual([
      'board: published, version 3',
      'feed: published, version 2',
      'log: unchanged, version 1, disabled on the hub',
      'usage: published, version 2',
      `3 of ${NAMES.length} skills published to ${app.url}`,
    ]);
    const { body } = await app.api.get('/skills/items/feed');
    expect([body.tags, (body.content as string).endsWith('\nMore.\n')]).toEqual([['core'], true]);
  });

  it('says what is wrong when it cannot', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const answered = `seed-skills: ${app.url}/skills/items/${NAMES[0]} answered`;
    expect(await seed([], { VERS_AUTH_TOKEN: 'wrong' })).toEqual(
      failed(
        `${answered} 401 (invalid token: it is wrong, has expired, or was revoked): set VERS_AUTH_TOKEN or --token\n`,
      ),
    );
    expect(await seed(['--url', nowhere])).toEqual(
      failed(expect.stringContaining(`seed-skills: ${nowhere}/skills/items/${NAMES[0]} does not answer: connect`)),
    );
    expect(await seed(['--url', `${app.url}/docs`])).toEqual(failed(expect.stringContaining('answered 404')));
    expect(await seed(['--url', 'nonsense'])).toEqual(failed('seed-skills: --url is no URL: nonsense\n'));
    expect(await seed(['--nonsense'])).toEqual(failed(expect.stringContaining('--nonsense')));
    expect(await hub()).toEqual([]);
  });

  it.each([
    ['another name', '---\nname: other\ndescription: Text.\n---\n', 'its name must be that of its folder'],
    ['no frontmatter', '# Broken\n', 'its name must be that of its folder'],
    ['no description', '---\nname: broken\n---\n', 'its description must be text in one line'],
    ['a description that YAML reads otherwise', '---\nname: broken\ndescription: a: b\n---\n', 'its description must'],
  ])('publishes nothing when a skill has %s', async (_what, content, sentence) => {
    cpSync(SKILLS_FOLDER, folder, { recursive: true });
    mkdirSync(join(folder, 'broken'));
    writeFileSync(join(folder, 'broken', 'SKILL.md'), content);
    expect(await seed(['--folder', folder])).toEqual(failed(expect.stringContaining(sentence)));
    expect(await hub()).toEqual([]);
  });

  it('says so when there are no skills', async () => {
    expect(await seed(['--folder', folder])).toEqual(failed(`seed-skills: there are no skills in ${folder}\n`));
    expect((await seed(['--folder', join(folder, 'nowhere')])).stderr).toContain('ENOENT');
  });
});
