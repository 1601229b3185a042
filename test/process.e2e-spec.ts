import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { temporaryFolder, TOKEN } from './support/app.js';
import { foundIn } from './support/make.js';
import { freePort, ServerProcess } from './support/server.js';
import { TestStream } from './support/stream.js';

const SECRET = 'a-secret-that-no-log-may-hold';
let env: NodeJS.ProcessEnv;
let servers: ServerProcess[];

beforeEach(() => {
  env = { DATA_DIR: temporaryFolder(), VERS_AUTH_TOKEN: TOKEN, HOST: '127.0.0.1' };
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.end('SIGKILL')));
  rmSync(env['DATA_DIR'] ?? '', { recursive: true, force: true });
});

async function start(more: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
  const server = await ServerProcess.start({ ...env, ...more });
  servers.push(server);
  return server;
}

async function failingStart(more: NodeJS.ProcessEnv) {
  const server = await ServerProcess.spawn({ ...env, ...more });
  servers.push(server);
  return { code: await server.ended(), stderr: server.stderr, stdout: server.stdout };
}

function call(server: ServerProcess, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(server.url + path, { ...init, headers: { Authorization: `Bearer ${TOKEN}`, ...init.headers } });
}

const publish = (server: ServerProcess, summary: string): Promise<Response> =>
  call(server, '/feed/events', { method: 'POST', body: JSON.stringify({ agent: 'a', type: 'custom', summary }) });

describe('the start', () => {
  it('tells the person at the console where to go on, and logs JSON only', async () => {
    const server = await start();
    expect(server.stderr).toContain(`answers at ${server.url}`);
    expect(server.stderr).toContain('/docs');
    expect(server.stderr).toContain('curl -N');
    expect(server.stderr).not.toContain(TOKEN);
    await call(server, '/nowhere');
    await server.end('SIGTERM');
    for (const line of server.stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
  });

  it('warns of dev mode and names both variables', async () => {
    const server = await start({ VERS_AUTH_TOKEN: undefined, HOST: undefined });
    expect((await fetch(`${server.url}/board/tasks`)).status).toBe(200);
    await server.end('SIGTERM');
    const warning = server.stdout.split('\n').find((line) => line.includes('"warn"'));
    expect(warning).toMatch(/VERS_AUTH_TOKEN.*HOST/);
  });

  it('listens on IPv4 and IPv6 when a token is set', async () => {
    const server = await start({ HOST: undefined });
    const answers = await Promise.all(
      ['127.0.0.1', '[::1]'].map((host) => fetch(server.url.replace('127.0.0.1', host) + '/health')),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  it.each([
    [{ PORT: '99999' }, /PORT must be/],
    [{ DURABILITY: 'perhaps' }, /DURABILITY must be one of fsync, os, not "perhaps"/],
    [{ LOG_LEVEL: 'loud', TRUST_PROXY: 'everyone' }, /TRUST_PROXY must be[^]*LOG_LEVEL must be/],
    [{ PUBLIC_URL: 'https://a.example/path' }, /PUBLIC_URL must be/],
    [{ VERS_AUTH_TOKEN: '' }, /VERS_AUTH_TOKEN must be/],
    [{ DATA_DIR: '/dev/null/x' }, /DATA_DIR \/dev\/null\/x cannot be used/],
  ])('stops at a bad value and names the variable: %j', async (bad, message) => {
    const { code, stderr } = await failingStart(bad);
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(stderr).not.toContain('    at ');
  });

  it('stops when the port is taken', async () => {
    const PORT = String(await freePort());
    await start({ PORT });
    const { code, stderr } = await failingStart({ PORT, DATA_DIR: temporaryFolder() });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/EADDRINUSE.*PORT/)]);
  });

  it('stops when another process owns the data folder', async () => {
    const first = await start();
    const { code, stderr, stdout } = await failingStart({});
    expect([code, stderr, stdout]).toEqual([1, expect.stringContaining('is in use by another process'), '']);
    expect((await publish(first, 'still here')).status).toBe(201);
  });
});

describe('kill -9', () => {
  it('leaves to the next start what Node has compiled', async () => {
    const folder = temporaryFolder();
    const server = await start({ NODE_COMPILE_CACHE: folder });
    await server.end('SIGKILL');
    expect(readdirSync(folder, { recursive: true }).length).toBeGreaterThan(100);
    rmSync(folder, { recursive: true });
  });

  it('loses nothing that was acknowledged, and ids go on', async () => {
    const first = await start();
    const acknowledged: unknown[] = [];
    const publishers = Array.from({ length: 20 }, async (_, i) => {
      for (let n = 0; ; n += 1) {
        const answer = await publish(first, `${i}.${n}`)
          .then((response) => response.json())
          .catch(() => undefined);
        if (answer === undefined) return;
        acknowledged.push(answer);
        if (acknowledged.length === 500) first.child.kill('SIGKILL');
      }
    });
    await Promise.all(publishers);
    await first.ended();
    const second = await start();
    const events = (await (await call(second, '/feed/events?limit=0')).json()) as { id: string }[];
    expect(foundIn(events, acknowledged)).toEqual(acknowledged);
    const ids = events.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    const next = (await (await publish(second, 'next')).json()) as { id: string };
    expect(next.id > (ids.at(-1) ?? '')).toBe(true);
  });
});

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('ends streams, keeps what was acknowledged, and exits with 0', async () => {
    const server = await start();
    const stream = await TestStream.open(`${server.url}/feed/stream`);
    const { id } = (await (await publish(server, 'last')).json()) as { id: string };
    const began = performance.now();
    const code = await server.end(signal);
    expect([code, performance.now() - began < 5000]).toEqual([0, true]);
    expect([(await stream.next())?.id, await stream.next()]).toEqual([id, undefined]);
    expect((await call(await start(), `/feed/events/${id}`)).status).toBe(200);
  });

  it('answers or refuses every request that is under way', async () => {
    const server = await start();
    let ended = false;
    const outcomes: number[] = [];
    const workers = Array.from({ length: 10 }, async () => {
      while (!ended)
        outcomes.push(
          await publish(server, 'x')
            .then(({ status }) => status)
            .catch(() => 0),
        );
    });
    while (outcomes.length < 50) await publish(server, 'more');
    const code = await server.end(signal);
    ended = true;
    await Promise.all(workers);
    expect(code).toBe(0);
    const acknowledged = outcomes.filter((status) => status === 201).length;
    const events = (await (await call(await start(), '/feed/events?limit=0')).json()) as unknown[];
    expect(events.length).toBeGreaterThanOrEqual(acknowledged);
    expect(outcomes.filter((status) => ![201, 503, 0].includes(status))).toEqual([]);
  });
});

describe('the log', () => {
  it('ties an answer to its line by the request id, and never holds a token', async () => {
    const server = await start({ VERS_AUTH_TOKEN: SECRET, LOG_LEVEL: 'debug' });
    const headers = { Authorization: `Bearer ${SECRET}`, 'X-Request-Id': 'trace-42' };
    const answer = await fetch(`${server.url}/board/tasks?tag=${SECRET}`, { headers });
    const refused = await fetch(`${server.url}/board/tasks`, { headers: { Authorization: `Bearer ${SECRET}x` } });
    expect([answer.headers.get('x-request-id'), refused.status]).toEqual(['trace-42', 401]);
    await server.end('SIGTERM');
    const lines = server.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(expect.objectContaining({ requestId: 'trace-42', path: '/board/tasks', status: 200 }));
    expect(lines).toContainEqual(
      expect.objectContaining({ requestId: refused.headers.get('x-request-id'), status: 401 }),
    );
    expect(server.stdout + server.stderr).not.toContain(SECRET);
  });
});

describe('the commands', () => {
  it.each([
    ['repair', /feed\.jsonl: not damaged/],
    ['compact', /board\.jsonl: 1 lines became 2/],
  ])('%s a data folder that nobody owns, and refuse one that somebody does', async (command, expected) => {
    const server = await start();
    await call(server, '/board/tasks', { method: 'POST', body: '{"title": "t", "createdBy": "a"}' });
    const refused = await run(command);
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('is in use by another process')]);
    await server.end('SIGTERM');
    const done = await run(command);
    expect([done.code, done.output]).toEqual([0, expect.stringMatching(expected)]);
    const { count } = (await (await call(await start(), '/board/tasks')).json()) as { count: number };
    expect(count).toBe(1);
  });

  async function run(command: string): Promise<{ code: number; output: string }> {
    const child = spawn(process.execPath, [`dist/commands/${command}.command.js`], { env: { ...process.env, ...env } });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output };
  }
});

describe('npm run login', () => {
  async function login(port: string) {
    const command = spawn(process.execPath, ['dist/commands/login.command.js'], { env: { ...env, PORT: port } });
    let [stdout, stderr] = ['', ''];
    command.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    command.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    await once(command, 'close');
    return { code: command.exitCode, stdout, stderr };
  }

  it('prints a link to the server that runs', async () => {
    const server = await start();
    const { code, stdout } = await login(new URL(server.url).port);
    expect(code).toBe(0);
    const link = /^http\S+/.exec(stdout)?.[0] ?? '';
    expect(link).toContain(`${server.url}/ui/login?token=`);
    const body = new URLSearchParams({ token: new URL(link).searchParams.get('token') ?? '' });
    const answer = await fetch(`${server.url}/ui/login`, { method: 'POST', body, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/ui/']);
  });

  it('says in one sentence that there is none', async () => {
    const { code, stderr } = await login(String(await freePort()));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^no server answers at http:\S+ .*ECONNREFUSED.*\n$/)]);
  });
});
