import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A busy machine takes its time. */
const START_MAX_MS = 60_000;
const STOP_MAX_MS = 6000;
const ROOT = join(import.meta.dirname, '..', '..');
/** How `npm start` has V8 use memory; what it reads its environment from is not for here. */
const V8_FLAGS = packageScript('start').match(/--(?!env)\S+/g) ?? [];

/** A server in a process of its own, on the loopback interface. */
export interface ChildServer {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** One that can be killed and started again on its folder. */
export interface MortalServer extends ChildServer {
  kill(): Promise<void>;
}

interface Place {
  dataDir: string;
  token: string;
  /** A free one when not given. */
  port?: number;
  /** Environment variables beside those that follow from the others. */
  env?: NodeJS.ProcessEnv;
}

/**
 * The built server on a data folder of its own, which goes away with it.
 * @param fill puts data into the folder of a server that has made its files and ended
 */
export async function startServer(token: string, fill?: (dataDir: string) => Promise<void>): Promise<ChildServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vers-bench-'));
  const removeData = (): void => rmSync(dataDir, { recursive: true, force: true });
  try {
    if (fill) {
      await (await startOn({ dataDir, token })).stop();
      await fill(dataDir);
    }
    const server = await startOn({ dataDir, token });
    return { ...server, stop: () => server.stop().then(removeData) };
  } catch (error) {
    removeData();
    throw error;
  }
}

/** The built server on a folder that stays. */
export async function startOn({ dataDir, token, port: wanted, env }: Place): Promise<MortalServer> {
  const port = wanted ?? (await freePort());
  const child = spawn(process.execPath, [...V8_FLAGS, join(ROOT, 'dist', 'main.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      ...env,
      DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'warn',
      VERS_AUTH_TOKEN: token,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const said = collect(child.stderr);
  const stop = (): Promise<void> => end(child);
  try {
    await untilReady(child, url);
  } catch (error) {
    await stop();
    throw new Error(`the server did not start: ${said() || String(error)}`, { cause: error });
  }
  return { url, pid: child.pid ?? 0, stop, kill: () => end(child, 'SIGKILL') };
}

/** A script that prints the port it listens on. */
export async function startScript(path: string): Promise<ChildServer> {
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data', { signal: AbortSignal.timeout(START_MAX_MS) })) as [Buffer];
  return { url: `http://127.0.0.1:${port.toString().trim()}`, pid: child.pid ?? 0, stop: () => end(child) };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + START_MAX_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const reply = await fetch(`${url}/health/ready`).catch(() => undefined);
    await reply?.body?.cancel();
    if (reply?.ok) return;
    await sleep(50);
  }
  throw new Error(`not ready after ${START_MAX_MS / 1000} s`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS);
  await exited;
  clearTimeout(timer);
}

function packageScript(name: string): string {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  return scripts[name] ?? '';
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-2000)));
  return () => text.trim();
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
