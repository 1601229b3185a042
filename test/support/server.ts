import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Long, as the machine may have much else to do. */
const READY_MS = 60_000;
/** Between two looks whether it answers, which would slow its start down. */
const POLL_MS = 10;
const STDOUT_MAX_CHARACTERS = 2000;

/** The built server as a process of its own, as an operator starts it. */
export class ServerProcess {
  stdout = '';
  stderr = '';

  readonly child: ChildProcess;
  readonly url: string;

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
    child.stdout?.on('data', (data: Buffer) => (this.stdout += data.toString()));
    child.stderr?.on('data', (data: Buffer) => (this.stderr += data.toString()));
  }

  /** Starts it without waiting for anything; `fileBlocks` limits its files to so many times 512 bytes. */
  static async spawn(env: NodeJS.ProcessEnv, fileBlocks?: number): Promise<ServerProcess> {
    const port = env['PORT'] ?? String(await freePort());
    const limit = fileBlocks === undefined ? '' : `ulimit -f ${fileBlocks}; `;
    const child = spawn('sh', ['-c', `${limit}exec "$0" dist/main.js`, process.execPath], {
      env: { PATH: process.env['PATH'], ...env, PORT: port },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ServerProcess(child, `http://127.0.0.1:${port}`);
  }

  /** Starts it and waits until it answers. */
  static async start(env: NodeJS.ProcessEnv, fileBlocks?: number): Promise<ServerProcess> {
    const server = await ServerProcess.spawn(env, fileBlocks);
    const deadline = performance.now() + READY_MS;
    while (!(await server.isReady())) {
      if (server.child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`the server did not start: ${server.stderr}${server.stdout.slice(-STDOUT_MAX_CHARACTERS)}`);
      }
      await sleep(POLL_MS);
    }
    return server;
  }

  /** Sends a signal and waits for the end; gives the exit code, or `null` when the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    this.child.kill(signal);
    return this.ended();
  }

  /** Waits for the end. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return this.child.exitCode;
  }

  private async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined);
    return answer?.status === 200;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
