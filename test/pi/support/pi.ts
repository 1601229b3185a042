import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Target } from './targets.js';

/** Long enough for a cold disk; a pi that takes longer hangs. */
const PI_MS = 60_000;
export const EXTENSION = resolve('extension/index.ts');

/** A line of pi's JSON output. */
export interface PiEvent extends Record<string, unknown> {
  type: string;
}

/** A home folder of its own, in which pi knows only the stub model. */
export class PiHome {
  readonly path = mkdtempSync(join(tmpdir(), 'pi-test-'));
  readonly agentDir = join(this.path, '.pi', 'agent');
  readonly workDir = join(this.path, 'work');

  constructor(modelUrl: string) {
    mkdirSync(this.agentDir, { recursive: true });
    mkdirSync(this.workDir);
    const model = { id: 'stub-1', name: 'Stub', reasoning: false, input: ['text'], contextWindow: 128_000 };
    const cost = { input: 1, output: 2, cacheRead: 0.5, cacheWrite: 0 };
    const stub = {
      baseUrl: modelUrl,
      api: 'openai-completions',
      apiKey: 'stub-key',
      compat: { supportsDeveloperRole: false, supportsReasoningEffort: false },
      models: [{ ...model, maxTokens: 4096, cost }],
    };
    this.write('models.json', { providers: { stub } });
    this.write('settings.json', {
      quietStartup: true,
      defaultProvider: 'stub',
      defaultModel: 'stub-1',
      enableInstallTelemetry: false,
      retry: { enabled: false, provider: { maxRetries: 0 } },
    });
  }

  private write(file: string, content: object): void {
    writeFileSync(join(this.agentDir, file), JSON.stringify(content));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A pi as a process of its own, with nothing of this machine's environment but the path. */
export class Pi {
  readonly events: PiEvent[] = [];
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly startedAt = performance.now();
  private readonly onEvent = new Set<() => void>();
  private nextId = 0;

  constructor(target: Target, home: PiHome, args: string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(target.node, [target.cli, ...args], {
      cwd: home.workDir,
      env: {
        PATH: process.env['PATH'],
        LANG: 'C.UTF-8',
        TERM: 'dumb',
        HOME: home.path,
        PI_OFFLINE: '1',
        PI_SKIP_VERSION_CHECK: '1',
        PI_TELEMETRY: '0',
        ...env,
      },
      stdio: [args.includes('rpc') ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    let rest = '';
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('{')) this.events.push(JSON.parse(line) as PiEvent);
      for (const listener of this.onEvent) listener();
    });
  }

  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** How long it has been there. */
  get milliseconds(): number {
    return performance.now() - this.startedAt;
  }

  /** Waits for its end; a pi that does not end by itself is a failure. */
  async ended(): Promise<this> {
    const timer = setTimeout(() => this.kill(), PI_MS);
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    clearTimeout(timer);
    if (this.child.signalCode === 'SIGKILL') throw new Error(`pi did not end: ${this.stderr}`);
    return this;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  terminate(): void {
    this.child.kill('SIGTERM');
  }

  /** The first event that fits, from now or before. */
  async until(fits: (event: PiEvent) => boolean): Promise<PiEvent> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const event = this.events.find(fits);
        if (!event) return;
        end();
        resolve(event);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`pi did not say it: ${this.stderr}${this.events.map(({ type }) => type).join(' ')}`));
      }, PI_MS);
      const end = (): void => {
        clearTimeout(timer);
        this.onEvent.delete(look);
      };
      this.onEvent.add(look);
      look();
    });
  }

  /** A request of an open session, and its answer. */
  request(command: object): Promise<PiEvent> {
    const id = `request-${(this.nextId += 1)}`;
    this.child.stdin?.write(`${JSON.stringify({ id, ...command })}\n`);
    return this.until((event) => event.type === 'response' && event['id'] === id);
  }

  /** A prompt of an open session, to the end of the work on it; gives what pi said of that. */
  async prompt(message: string): Promise<PiEvent[]> {
    const from = this.events.length;
    await this.request({ type: 'prompt', message });
    await this.until((event) => event.type === 'agent_end' && this.events.indexOf(event) >= from);
    return this.events.slice(from);
  }

  /** Begins another session, as far from the one before as that of a pi that was just started: all is loaded anew. */
  async newSession(): Promise<void> {
    await this.request({ type: 'new_session' });
  }

  /** Ends an open session as a client does that has no more requests. */
  close(): Promise<this> {
    this.child.stdin?.end();
    return this.ended();
  }
}
