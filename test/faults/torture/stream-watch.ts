import { setTimeout as sleep } from 'node:timers/promises';
import { EventStream } from '../../../bench/support/event-stream.ts';
import type { HttpClient } from '../../../bench/support/http-client.ts';

const WAIT_STEP_MS = 5;
const WAIT_MAX_MS = 20_000;

/** Readers of a stream that resume by themselves, compared with what is stored. */
abstract class StreamWatch {
  protected readonly http: HttpClient;
  private readonly path: string;
  private readonly streams: EventStream[] = [];
  private readonly arrived: string[][] = [];
  /** What is stored, from the first mark on. */
  private readonly stored: string[] = [];

  protected constructor(http: HttpClient, path: string) {
    this.http = http;
    this.path = path;
  }

  get delivered(): number {
    return this.arrived.reduce((sum, ids) => sum + ids.length, 0);
  }

  /** Waits until every reader has all that is stored, up to a new mark, and says where one has not just that. */
  async compare(mark: string): Promise<string[]> {
    await this.publish(mark);
    this.stored.push(...(await this.readUntil(mark, this.stored.at(-1) ?? '')));
    await until(() => this.arrived.every((ids) => ids.at(-1) === this.stored.at(-1)));
    return this.arrived.flatMap((ids, reader) => {
      const at = ids.findIndex((id, i) => id !== this.stored[i]);
      if (at === -1 && ids.length === this.stored.length) return [];
      return [`${this.path}: reader ${reader} got ${ids.length} of ${this.stored.length}, others from ${at} on`];
    });
  }

  close(): void {
    for (const stream of this.streams) stream.close();
  }

  protected abstract publish(mark: string): Promise<void>;

  /** The ids of all that is stored behind the id `after`, up to the mark. */
  protected abstract readUntil(mark: string, after: string): Promise<string[]>;

  protected async begin(readers: number): Promise<this> {
    for (let i = 0; i < readers; i += 1) {
      const ids: string[] = [];
      this.arrived.push(ids);
      this.streams.push(await EventStream.open(this.http, this.path, ({ id }) => ids.push(id)));
    }
    await this.publish('mark-0');
    await until(() => this.arrived.every((ids) => ids.length === 1));
    this.stored.push(this.arrived[0]?.[0] ?? '');
    return this;
  }
}

export class FeedWatch extends StreamWatch {
  static open(http: HttpClient, readers: number): Promise<FeedWatch> {
    return new FeedWatch(http, '/feed/stream').begin(readers);
  }

  protected override async publish(mark: string): Promise<void> {
    await post(this.http, '/feed/events', { agent: 'watch', type: 'custom', summary: mark });
  }

  protected override async readUntil(_mark: string, after: string): Promise<string[]> {
    const { text } = await this.http.send('GET', `/feed/events?limit=0&since=${after}`);
    return (JSON.parse(text) as { id: string }[]).map(({ id }) => id);
  }
}

/** The hub has no list of its changes, so a reader that comes anew says what is stored. */
export class SkillsWatch extends StreamWatch {
  static open(http: HttpClient, readers: number): Promise<SkillsWatch> {
    return new SkillsWatch(http, '/skills/stream').begin(readers);
  }

  protected override async publish(mark: string): Promise<void> {
    const skill = { name: mark, description: 'd', content: 'c', publishedBy: 'watch' };
    await post(this.http, '/skills/items', skill);
  }

  protected override async readUntil(mark: string, after: string): Promise<string[]> {
    const [ids, names]: [string[], string[]] = [[], []];
    const stream = await EventStream.open(this.http, `/skills/stream?since=${after}`, ({ id, data }) => {
      ids.push(id);
      names.push((JSON.parse(data) as { name: string }).name);
    });
    await until(() => names.at(-1) === mark);
    stream.close();
    return ids;
  }
}

async function post(http: HttpClient, path: string, body: object): Promise<void> {
  const { status, text } = await http.send('POST', path, body);
  if (status !== 201) throw new Error(`POST ${path} answered ${status}: ${text}`);
}

/** Returns when it is so, or will not be any more: what is compared then says what is missing. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + WAIT_MAX_MS;
  while (!isSo() && performance.now() < deadline) await sleep(WAIT_STEP_MS);
}
