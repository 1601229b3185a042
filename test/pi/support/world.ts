import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { freePort, ServerProcess } from '../../support/server.js';
import { TOKEN } from '../../support/token.js';
import { type Step, StubModel } from './model.js';
import { EXTENSION, Pi, PiHome } from './pi.js';
import type { Target } from './targets.js';

/** Between two looks at what pi is about to change: asking all the time would take the processor from it. */
export const POLL_MS = 50;

/** The built server on a port and a folder that it keeps when it is started again. */
export class Server {
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'vers-test-'));
  private running!: ServerProcess;

  private constructor(private readonly port: string) {}

  static async start(): Promise<Server> {
    const server = new Server(String(await freePort()));
    await server.start();
    return server;
  }

  get url(): string {
    return this.running.url;
  }

  async start(): Promise<void> {
    const env = { DATA_DIR: this.dataDir, PORT: this.port, VERS_AUTH_TOKEN: TOKEN, HOST: '127.0.0.1' };
    this.running = await ServerProcess.start(env);
  }

  async crash(): Promise<void> {
    await this.running.end('SIGKILL');
  }

  async remove(): Promise<void> {
    await this.crash();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** The lines of one of its logs. */
  linesOf<Line>(log: string): Line[] {
    const lines = readFileSync(join(this.dataDir, `${log}.jsonl`), 'utf8')
      .trim()
      .split('\n');
    return lines.map((line) => JSON.parse(line) as Line);
  }

  /** Requests with the credential. */
  get api(): ReturnType<typeof request.agent> {
    return request.agent(this.url).auth(TOKEN, { type: 'bearer' });
  }

  /** The body of an answer, once it is what is waited for. */
  async until<Body>(path: string, fits: (body: Body) => boolean): Promise<Body> {
    for (;;) {
      const { body } = await this.api.get(path);
      if (fits(body as Body)) return body as Body;
      await sleep(POLL_MS);
    }
  }

  /** The body of an answer. */
  async get<Body>(path: string): Promise<Body> {
    return (await this.api.get(path)).body as Body;
  }

  async post(path: string, body: object): Promise<{ id: string }> {
    return (await this.api.post(path).send(body)).body as { id: string };
  }
}

let agents = 0;

/** A model that follows a script, and a home for pi with an agent of its own; what runs in it ends with it. */
export class World {
  readonly agent = `builder-${(agents += 1)}`;
  readonly vmId = `vm-${this.agent}`;
  readonly env: NodeJS.ProcessEnv;
  readonly home: PiHome;
  /** The extensions that pi is told to load. */
  extensions = [EXTENSION];
  private readonly running = new Set<Pi>();

  private constructor(
    private readonly target: Target,
    readonly model: StubModel,
    serverUrl: string,
  ) {
    this.home = new PiHome(model.url);
    const { agent, vmId } = this;
    this.env = {
      VERS_INFRA_URL: serverUrl,
      VERS_AUTH_TOKEN: TOKEN,
      VERS_AGENT_NAME: agent,
      VERS_VM_ID: vmId,
    };
  }

  /** A world for several tests, which is closed when they are over. */
  static async open(target: Target, server: { url: string }, script: Step[] = []): Promise<World> {
    return new World(target, await StubModel.start(script), server.url);
  }

  /** Runs a test in a world of its own. */
  static async with(
    target: Target,
    server: { url: string },
    script: Step[],
    test: (world: World) => Promise<void>,
  ): Promise<void> {
    const world = await World.open(target, server, script);
    try {
      await test(world);
    } finally {
      world.close();
    }
  }

  /** Writes the file of settings, which each session reads, and which the environment goes before. */
  configure(settings: NodeJS.ProcessEnv): void {
    mkdirSync(join(this.home.path, '.vers'), { recursive: true });
    writeFileSync(join(this.home.path, '.vers', 'agent-services.json'), JSON.stringify(settings));
  }

  close(): void {
    for (const pi of this.running) pi.kill();
    this.model.stop();
    this.home.remove();
  }

  /** One prompt, to the end of pi. */
  print(...args: string[]): Promise<Pi> {
    return this.start('-p', args).ended();
  }

  /** The same with events as JSON. */
  json(...args: string[]): Promise<Pi> {
    return this.start('--mode=json', args).ended();
  }

  /** A session that takes requests until it is told to end. */
  rpc(...args: string[]): Pi {
    return this.start('--mode=rpc', args);
  }

  /** One of pi's own commands. */
  async command(...args: string[]): Promise<Pi> {
    const pi = await this.track(new Pi(this.target, this.home, args, this.env)).ended();
    if (pi.exitCode !== 0) throw new Error(`pi ${args.join(' ')} failed: ${pi.stderr}${pi.stdout}`);
    return pi;
  }

  start(mode: '-p' | '--mode=json' | '--mode=rpc', args: string[]): Pi {
    return this.track(new Pi(this.target, this.home, this.argumentsOf(...mode.split('='), ...args), this.env));
  }

  /** What a shell starts another pi by. */
  commandLine(...args: string[]): string {
    const { node, cli } = this.target;
    return [node, cli, ...this.argumentsOf(...args)].map((word) => `'${word}'`).join(' ');
  }

  private argumentsOf(...args: string[]): string[] {
    const extensions = this.extensions.flatMap((path) => ['-e', path]);
    return ['--provider', 'stub', '--model', 'stub-1', ...extensions, ...args];
  }

  private track(pi: Pi): Pi {
    this.running.add(pi);
    return pi;
  }
}
