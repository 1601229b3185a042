import { setTimeout as sleep } from 'node:timers/promises';
import { agentName } from '../load/seed.ts';
import { HttpClient, type Reply } from '../support/http-client.ts';
import type { Meter } from '../support/meter.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** What is asked how often; the extension's own timers, and what its model does a few times a minute. */
const HABITS: readonly [
  kind: string,
  everyMs: number,
  ask: (agent: Agent) => [method: string, path: string, body?: object],
][] = [
  ['heartbeat', MINUTE_MS, ({ vm }) => ['POST', `/registry/vms/${vm}/heartbeat`]],
  ['status', 30 * SECOND_MS, () => ['GET', '/status']],
  ['manifest', MINUTE_MS, () => ['GET', '/skills/manifest']],
  ['token update', 20 * SECOND_MS, ({ name }) => ['POST', '/feed/events', tokenUpdate(name)]],
  ['my tasks', MINUTE_MS, ({ name }) => ['GET', `/board/tasks?assignee=${name}&status=in_progress`]],
  ['task', MINUTE_MS, ({ task }) => ['PATCH', `/board/tasks/${task}`, { description: 'Half of it is done.' }]],
  ['note', MINUTE_MS, ({ task, name }) => ['POST', `/board/tasks/${task}/notes`, note(name)]],
  [
    'event',
    MINUTE_MS,
    ({ name }) => ['POST', '/feed/events', { agent: name, type: 'finding', summary: 'A test fails' }],
  ],
  ['log', MINUTE_MS, ({ name }) => ['POST', '/log', { agent: name, text: 'Tests are green after the fix' }]],
  ['usage', 5 * MINUTE_MS, ({ name }) => ['POST', '/usage/sessions', session(name)]],
];

/** One agent as pi's extension behaves: a stream that stays open, and calls on connections of its own. */
export class Agent {
  readonly name: string;
  readonly vm: string;
  task = '';
  private readonly client: HttpClient;
  private stream?: { destroy(): void };

  constructor(i: number, url: string, token: string) {
    this.name = `${agentName(i)}-${i}`;
    this.vm = `vm-${i}`;
    this.client = new HttpClient(url, token);
  }

  /** Registers, takes a task and opens the stream. */
  async join(): Promise<void> {
    const { name, vm } = this;
    await this.send('POST', '/registry/vms', {
      id: vm,
      name,
      role: 'worker',
      address: `${vm}.vm.example`,
      registeredBy: name,
    });
    const made = await this.send('POST', '/board/tasks', {
      title: `Look into report of ${name}`,
      createdBy: 'orchestrator',
    });
    const { id } = JSON.parse(made.text) as { id: string };
    await this.send('PATCH', `/board/tasks/${id}`, { assignee: name, status: 'in_progress' });
    this.task = id;
    const stream = await this.client.open('/skills/stream');
    stream.on('error', () => undefined).resume();
    this.stream = stream;
  }

  /**
   * Does what it does until `end`, in milliseconds of `performance.now()`.
   * @param pace how much faster than an agent
   */
  async live(end: number, pace: number, meters: ReadonlyMap<string, Meter>): Promise<void> {
    await Promise.all(
      HABITS.map(async ([kind, everyMs, ask]) => {
        const meter = meters.get(kind);
        // Somewhere in its interval, so that the agents do not all ask at once.
        let next = performance.now() + (Math.random() * everyMs) / pace;
        for (; next < end; next += everyMs / pace) {
          await sleep(Math.max(0, next - performance.now()));
          const startedAt = performance.now();
          const reply = await this.send(...ask(this)).catch(() => undefined);
          meter?.record(performance.now() - startedAt);
          if (meter && !reply) meter.errors += 1;
        }
      }),
    );
  }

  leave(): void {
    this.stream?.destroy();
    this.client.close();
  }

  private async send(method: string, path: string, body?: object): Promise<Reply> {
    const reply = await this.client.send(method, path, body);
    if (reply.status >= 300) throw new Error(`${method} ${path} answered ${reply.status}: ${reply.text}`);
    return reply;
  }
}

export const KINDS: readonly string[] = HABITS.map(([kind]) => kind);

function tokenUpdate(agent: string): object {
  const detail = {
    agent,
    tokensThisTurn: 900,
    totalTokens: 61_540,
    inputTokens: 1200,
    outputTokens: 340,
    timestamp: Date.now(),
  };
  return { agent, type: 'token_update', summary: '900 tokens this turn', detail: JSON.stringify(detail) };
}

function note(author: string): object {
  return { author, type: 'update', content: 'The leak is in the error path; a test shows it' };
}

function session(agent: string): object {
  const now = new Date().toISOString();
  const counts = { input: 1200, output: 340, cacheRead: 52_000, cacheWrite: 8000, total: 61_540 };
  const cost = { input: 0.018, output: 0.0255, cacheRead: 0.078, cacheWrite: 0.15, total: 0.2715 };
  return {
    sessionId: `${agent}-${now}`,
    agent,
    model: 'claude-sonnet-4',
    tokens: counts,
    cost,
    turns: 3,
    startedAt: now,
    endedAt: now,
  };
}
