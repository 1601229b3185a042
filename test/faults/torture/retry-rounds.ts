import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startOn } from '../../../bench/support/child-server.ts';
import { HttpClient } from '../../../bench/support/http-client.ts';
import { PersistentClient } from './persistent-client.ts';
import { killAtRandom } from './random-kill.ts';
import { compare, type Item, RECORD_SERVICES, type RecordService, type Sent } from './services.ts';
import { compareTasks, TASK_STEPS, type TaskLife } from './task-life.ts';

const ROUND = 'again';

export interface RetryOptions {
  /** How often the server is killed. */
  kills: number;
  writers: number;
  /** So many requests are answered between two kills at most, and half of them on average, before the next is due. */
  writesMax: number;
}

export interface RetryFigures {
  answered: number;
  /** Requests that were sent more than once. */
  sentAgain: number;
  /** Of their answers those that had been given, or made, before. */
  replayed: number;
  problems: string[];
}

/** Clients that send each request until it is answered write to all services, while the server is killed again and again. */
export async function retryRounds({ kills, writers, writesMax }: RetryOptions): Promise<RetryFigures> {
  const place = {
    dataDir: mkdtempSync(join(tmpdir(), 'vers-retry-')),
    token: randomBytes(16).toString('hex'),
    port: await freePort(),
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'vers-compile-cache') },
  };
  let server = await startOn(place);
  const client = new PersistentClient(server.url, place.token);
  const load = new RetryLoad(client);
  try {
    const written = load.run(writers);
    for (let i = 0; i < kills; i += 1) {
      await killAtRandom(server, load, writesMax);
      server = await startOn(place);
    }
    load.stop();
    await written;
    const http = new HttpClient(server.url, place.token);
    const problems = await load.verify(http);
    http.close();
    return { ...client.figures, problems: [...client.problems, ...problems] };
  } finally {
    load.stop();
    await server.kill();
    rmSync(place.dataDir, { recursive: true, force: true });
  }
}

/** Writes to all services, each request until it is answered. */
class RetryLoad {
  isOver = false;
  private readonly since = new Date().toISOString();
  private readonly sent = new Map<RecordService, Sent>(RECORD_SERVICES.map((service) => [service, new Map()]));
  private readonly tasks = new Map<string, TaskLife>();
  private readonly client: PersistentClient;

  constructor(client: PersistentClient) {
    this.client = client;
  }

  /** Until it is stopped, or one of the writers fails. */
  async run(writers: number): Promise<void> {
    await Promise.all(Array.from({ length: writers }, (_, i) => this.writer(i))).finally(() => this.stop());
  }

  get acknowledged(): number {
    return this.client.figures.answered;
  }

  stop(): void {
    this.isOver = true;
  }

  /** Everything must be there once, as it was answered, and nothing else. */
  async verify(http: HttpClient): Promise<string[]> {
    const problems: string[] = [];
    for (const [service, sent] of this.sent) {
      const items = service.items(await read(http, service.list(ROUND, this.since)));
      const marked = items.map((item): [string, Item] => [String(service.markOf(item)), item]);
      problems.push(...compare(service, sent, marked));
    }
    const { tasks } = (await read(http, `/board/tasks?tag=${ROUND}`)) as { tasks: Item[] };
    if (tasks.length !== this.tasks.size) problems.push(`board: ${tasks.length} tasks, not ${this.tasks.size}`);
    return [...problems, ...compareTasks(this.tasks, tasks)];
  }

  private async writer(writer: number): Promise<void> {
    for (let i = writer; !this.isOver; i += 1) {
      const service = RECORD_SERVICES[i % (RECORD_SERVICES.length + 1)];
      const mark = `${ROUND}.${writer}.${i}`;
      if (service) this.sent.get(service)?.set(mark, await this.client.post(service.path, service.body(mark, ROUND)));
      else await this.task(mark);
    }
  }

  private async task(mark: string): Promise<void> {
    const task = await this.client.post('/board/tasks', { title: mark, createdBy: 'torture', tags: [ROUND] });
    const id = task['id'] as string;
    this.tasks.set(id, { mark, done: TASK_STEPS.length, isInDoubt: false });
    for (const [path, body] of TASK_STEPS) await this.client.post(`/board/tasks/${id}${path}`, body);
  }
}

async function read(http: HttpClient, path: string): Promise<unknown> {
  const { status, text } = await http.send('GET', path);
  if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${text}`);
  return JSON.parse(text);
}
