import type { HttpClient } from '../../../bench/support/http-client.ts';
import { compare, type Item, RECORD_SERVICES, type RecordService, type Sent } from './services.ts';
import { compareTasks, TASK_STEPS, type TaskLife } from './task-life.ts';

/** The connection broke: nobody knows whether the change was made. */
class InDoubt extends Error {}

/** Writes to all services until the server is gone, and notes what it acknowledged. */
export class KillRound {
  acknowledged = 0;
  /** Nothing more is written. */
  isOver = false;
  inDoubt = 0;
  largestId = '';
  readonly problems: string[] = [];
  private readonly since: string;
  private readonly sent = new Map<RecordService, Sent>(RECORD_SERVICES.map((service) => [service, new Map()]));
  private readonly tasks = new Map<string, TaskLife>();
  /** Tasks whose creation nobody answered. */
  private tasksInDoubt = 0;
  private readonly http: HttpClient;
  private readonly name: string;
  /** Ids of earlier rounds are not larger than this. */
  private readonly floor: string;

  constructor(http: HttpClient, name: string, floor: string) {
    this.http = http;
    this.name = name;
    this.floor = this.largestId = floor;
    this.since = new Date().toISOString();
  }

  /** Resolves when the server answers nobody any more. */
  async run(writers: number): Promise<void> {
    await Promise.all(Array.from({ length: writers }, (_, i) => this.writer(i)));
  }

  /** Reads everything of the round back and says what is wrong. */
  async verify(): Promise<string[]> {
    for (const [service, sent] of this.sent) {
      const items = service.items(await this.read(service.list(this.name, this.since)));
      const marked = items.map((item): [string, Item] => [String(service.markOf(item)), item]);
      const ours = marked.filter(([mark]) => mark.startsWith(`${this.name}.`));
      this.problems.push(...compare(service, sent, ours));
    }
    const { tasks } = (await this.read(`/board/tasks?tag=${this.name}`)) as { tasks: Item[] };
    this.problems.push(...compareTasks(this.tasks, tasks));
    const unknown = tasks.filter(({ id }) => !this.tasks.has(id as string)).length;
    if (unknown > this.tasksInDoubt) this.problems.push(`board: ${unknown} tasks were never acknowledged`);
    return this.problems;
  }

  private async writer(writer: number): Promise<void> {
    let last = this.floor;
    try {
      for (let i = writer; ; i += 1) {
        const service = RECORD_SERVICES[i % (RECORD_SERVICES.length + 1)];
        const mark = `${this.name}.${writer}.${i}`;
        const id = service ? await this.record(service, mark) : await this.task(mark);
        if (id === undefined) continue;
        if (id <= last) this.problems.push(`the id ${id} came after ${last}`);
        last = id;
        if (id > this.largestId) this.largestId = id;
      }
    } catch (error) {
      this.isOver = true;
      if (!(error instanceof InDoubt)) throw error;
    }
  }

  /** Writes a record and gives its id, if it has one of ours. */
  private async record(service: RecordService, mark: string): Promise<string | undefined> {
    const sent = this.sent.get(service);
    sent?.set(mark, undefined);
    const answer = await this.post(service.path, service.body(mark, this.name));
    sent?.set(mark, answer);
    return service.name === 'registry' ? undefined : (answer['id'] as string);
  }

  private async task(mark: string): Promise<string> {
    this.tasksInDoubt += 1;
    const task = await this.post('/board/tasks', { title: mark, createdBy: 'torture', tags: [this.name] });
    this.tasksInDoubt -= 1;
    const id = task['id'] as string;
    const life: TaskLife = { mark, done: 0, isInDoubt: false };
    this.tasks.set(id, life);
    for (const [path, body] of TASK_STEPS) {
      life.isInDoubt = true;
      await this.post(`/board/tasks/${id}${path}`, body);
      life.isInDoubt = false;
      life.done += 1;
    }
    return id;
  }

  private async post(path: string, body: object): Promise<Item> {
    if (this.isOver) throw new InDoubt();
    const reply = await this.http.send('POST', path, body).catch((error: unknown) => {
      this.inDoubt += 1;
      throw new InDoubt(path, { cause: error });
    });
    if (reply.status >= 300) throw new Error(`POST ${path} answered ${reply.status}: ${reply.text}`);
    this.acknowledged += 1;
    return JSON.parse(reply.text) as Item;
  }

  private async read(path: string): Promise<unknown> {
    const { status, text } = await this.http.send('GET', path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${text}`);
    return JSON.parse(text);
  }
}
