import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv } from 'ajv';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { temporaryFolder, TOKEN } from './support/app.js';
import { OpenApiCheck } from './support/openapi-check.js';
import { piTools, sampleOf } from './support/pi-tools.js';
import { RecordingProxy } from './support/recording-proxy.js';
import { ServerProcess } from './support/server.js';
import { SKILL_FILES, type SkillFile } from './support/skill-files.js';

const NAMES = `board commits deploy feed journal log magic-link recovery registry reports skillhub swarm-coordination
  usage`.split(/\s+/);
const SCRIPT_MAX_MS = 60_000;
/** Read by every curl of an example: an HTTP error ends it, and so does an answer that does not come. */
const CURLRC = 'fail-with-body\nmax-time = 30\n';

const missing = ['bash', 'curl'].filter((program) => spawnSync(program, ['--version']).error);
if (missing.length > 0)
  process.stderr.write(`the examples of the skills do not run: ${missing.join(' and ')} is not installed\n`);

const ajv = new Ajv({ strict: false });

let folder: string;
let server: ServerProcess;
let proxy: RecordingProxy;
let api: OpenApiCheck;

beforeAll(async () => {
  folder = temporaryFolder();
  writeFileSync(join(folder, '.curlrc'), CURLRC);
  server = await ServerProcess.start({
    DATA_DIR: join(folder, 'data'),
    VERS_AUTH_TOKEN: TOKEN,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
  });
  proxy = await RecordingProxy.start(server.url);
  api = new OpenApiCheck((await (await fetch(`${server.url}/docs-json`)).json()) as OpenAPIObject);
});

afterAll(async () => {
  await proxy.stop();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a skill's shell blocks one after the other in one shell, in an empty folder, as an agent would. */
function run({ name, shell }: SkillFile): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const place = join(folder, name);
  mkdirSync(place);
  const script = join(place, 'examples.sh');
  writeFileSync(script, ['set -euo pipefail', ...shell].join('\n'));
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const env = { PATH: path, CURL_HOME: folder, VERS_INFRA_URL: proxy.url, VERS_AUTH_TOKEN: TOKEN };
  return new Promise((resolve) => {
    execFile('bash', [script], { cwd: place, env, timeout: SCRIPT_MAX_MS }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

/** How often a skill's shell blocks ask the server, without the function that they share. */
function asks({ shell }: SkillFile): number {
  const code = shell.join('\n').replaceAll(/^(call\(\) |#).*$/gm, '');
  return [...code.matchAll(/\b(call|curl) /g)].length;
}

describe('the skills', () => {
  it('are those that the package promises', () => {
    expect(SKILL_FILES.map(({ name }) => name).sort()).toEqual(NAMES);
  });

  it('teach every tool of the extension', () => {
    const taught = SKILL_FILES.flatMap(({ toolCalls }) => toolCalls.map(({ tool }) => tool));
    expect([...new Set(taught)].sort()).toEqual(Object.keys(piTools()).sort());
  });

  it.each(SKILL_FILES)('$name has a frontmatter as pi wants it', ({ name, frontmatter }) => {
    expect(name).toMatch(/^(?!.*--)[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$/);
    const [first, second, ...rest] = frontmatter.split('\n');
    expect([first, rest]).toEqual([`name: ${name}`, []]);
    // Says when to use it, and is a plain YAML text in one line.
    expect(second).toMatch(/^description: (?=.*\bUse it\b)(?!.*(: | #))[A-Z].{60,1000}\.$/);
  });

  it.each(SKILL_FILES)('$name calls tools with parameters that they have', ({ toolCalls }) => {
    const tools = piTools();
    const problems = toolCalls.flatMap(({ tool, parameters }) => {
      const takes = tools[tool]?.parameters ?? {};
      const [unknown, isValid] = [api.valueProblems(tool, takes, parameters), ajv.compile(takes)];
      return [...unknown, ...(isValid(parameters) ? [] : [ajv.errorsText(isValid.errors)])].map((what) => [tool, what]);
    });
    expect(problems).toEqual([]);
  });

  it.each(SKILL_FILES)('$name names routes that there are', ({ routes }) => {
    const unknown = routes.filter(({ method, path }) => {
      const url = new URL(path, server.url);
      const query = Object.fromEntries(url.searchParams);
      const methods = method === undefined ? ['GET', 'POST', 'PATCH', 'DELETE'] : [method];
      return methods.every((each) => api.problems({ method: each, path: url.pathname, query }).length > 0);
    });
    expect(unknown).toEqual([]);
  });

  (missing.length > 0 ? it.skip : it).each(SKILL_FILES)(
    '$name has examples that work, with fields that the API knows',
    async (skill) => {
      proxy.take();
      const { code, stdout, stderr } = await run(skill);
      expect([code, code === 0 ? '' : stdout.slice(-300) + stderr]).toEqual([0, '']);
      // What `pick` gives for a field that an answer does not have.
      expect(stdout).not.toMatch(/^undefined$/m);
      const requests = proxy.take();
      expect(requests.flatMap((request) => api.problems(request))).toEqual([]);
      expect(
        requests.filter(({ status, hasCredential }) => status >= 400 && (hasCredential || status !== 401)),
      ).toEqual([]);
      expect(requests.length).toBeGreaterThanOrEqual(asks(skill));
      expect(requests.length).toBeGreaterThan(0);
    },
    SCRIPT_MAX_MS,
  );
});

describe('the tools of the extension', () => {
  it.each(Object.keys(piTools()))('%s asks with all that it takes for what the API knows', async (name) => {
    const tool = piTools({ url: proxy.url, token: TOKEN })[name];
    proxy.take();
    // Refused or not: there need not be such a task.
    await tool?.execute('call', sampleOf(tool.parameters), undefined).catch(() => undefined);
    const requests = proxy.take();
    expect([requests.length, requests.flatMap((request) => api.problems(request))]).toEqual([1, []]);
  });
});

describe('what checks the skills', () => {
  it.each([
    [{ method: 'POST', path: '/board/tasks', body: { title: 't', asignee: 'a' } }, 'there is no asignee'],
    [{ method: 'POST', path: '/board/tasks', body: { status: 'banana' } }, 'status cannot be "banana"'],
    [{ method: 'POST', path: '/board/tasks/x/artifacts', body: { artifacts: [{ name: 'n' }] } }, 'there is no name'],
    [{ method: 'GET', path: '/board/tasks', query: { tags: 'x' } }, 'there is no tags'],
    [{ method: 'POST', path: '/board/tasks/x/bump', body: { by: 2 } }, 'there is no body'],
  ])('notices %j', (asked, problem) => {
    expect(api.problems(asked)).toEqual([`${asked.method} ${asked.path}: ${problem}`]);
  });

  it.each([
    ['PUT', '/board/tasks'],
    ['GET', '/board/tasks/x/nothing'],
    ['POST', '/feed'],
  ])('notices %s %s', (method, path) => {
    expect(api.problems({ method, path })).toEqual([`there is no ${method} ${path}`]);
  });
});

describe("the deploy skill's unit", () => {
  it('starts what a build makes, as npm start does', () => {
    const unit = SKILL_FILES.find(({ name }) => name === 'deploy')?.blocks.find(({ language }) => language === 'ini');
    const start = /^ExecStart=\/opt\/vers-agent-services\/current\/(\S+) (.+ )?(\S+)$/m.exec(unit?.text ?? '');
    const [, node = '', flags, main = ''] = start ?? [];
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
    // The unit has the environment from systemd.
    expect(`exec node ${flags}--env-file-if-exists=.env ${main}`).toBe(scripts.start);
    expect([node, existsSync(node), existsSync(main)]).toEqual(['node_modules/.bin/node', true, true]);
  });
});
