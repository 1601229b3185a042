import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Clock } from '../../../src/common/clock.js';
import { loadConfig } from '../../../src/common/config/config.js';
import { Disk } from '../../../src/common/storage/disk.js';
import { IdSource } from '../../../src/common/storage/id-source.js';
import { RecordLogs } from '../../../src/common/storage/record-logs.js';
import { FeedRepository } from '../../../src/modules/feed/feed.repository.js';
import { LogRepository } from '../../../src/modules/log/log.repository.js';
import { RegistryRepository } from '../../../src/modules/registry/registry.repository.js';

const INDEX_FILES = ['index.sqlite', 'index.sqlite-wal'];
const VM = 'vm-1';

/** What can be read, by the numbers that were written. */
export interface Visible {
  events: number[];
  entries: number[];
  vm: number;
}

/** The record logs of three services, without the HTTP around them: quick to open. What is written are numbers. */
export class Storage {
  private constructor(
    readonly folder: string,
    readonly logs: RecordLogs,
    readonly ids: IdSource,
    private readonly clock: Clock,
    private readonly feed: FeedRepository,
    private readonly log: LogRepository,
    private readonly registry: RegistryRepository,
  ) {}

  /** @throws StartError as the server's start does; the folder is free again then */
  static async open(folder: string, disk = new Disk(), clock = new Clock()): Promise<Storage> {
    const ids = new IdSource(clock);
    const logs = RecordLogs.own(loadConfig({ DATA_DIR: folder }), disk, ids, clock);
    const [feed, log, registry] = [new FeedRepository(logs), new LogRepository(logs), new RegistryRepository(logs)];
    try {
      await logs.start();
    } catch (error) {
      await logs.stop();
      throw error;
    }
    return new Storage(folder, logs, ids, clock, feed, log, registry);
  }

  /** Publishes an event and gives its id. */
  async publish(number: number): Promise<string> {
    const [timestamp, summary] = [this.clock.timestamp(), String(number)];
    return idOf(
      await this.feed.write((batch) =>
        this.feed.append(batch, { id: this.ids.next(), agent: 'a', type: 'custom', summary, timestamp }),
      ),
    );
  }

  /** Appends a log entry and gives its id. */
  async append(number: number): Promise<string> {
    const [timestamp, text] = [this.clock.timestamp(), String(number)];
    return idOf(await this.log.append(() => ({ id: this.ids.next(), timestamp, text })));
  }

  /** Lets the one VM be called by a number; VMs draw no ids. */
  async rename(number: number): Promise<string> {
    const now = this.clock.timestamp();
    const vm = { id: VM, role: 'worker', status: 'running', address: 'x', registeredBy: 'a' } as const;
    await this.registry.change(VM, () => ({ ...vm, name: String(number), registeredAt: now, lastSeen: now }));
    return '';
  }

  clear(): Promise<void> {
    return this.feed.clearAll();
  }

  async compact(): Promise<void> {
    for (const log of this.logs.compactable.filter(({ name }) => name === 'registry')) await this.logs.compact(log);
  }

  visible(): Visible {
    const newest = { afterId: '', afterTime: '', limit: 10_000 };
    const span = { from: '', to: 'Z', limit: 10_000 };
    const events = this.feed.newest(newest).items.map((json) => (JSON.parse(json) as { summary: string }).summary);
    const entries = this.log.list(span).items.map((json) => (JSON.parse(json) as { text: string }).text);
    const { name } = JSON.parse(this.registry.find(VM) ?? '{"name":"0"}') as { name: string };
    return { events: events.map(Number), entries: entries.map(Number), vm: Number(name) };
  }

  /** Copies the index as it is now, in the middle of its life. */
  copyIndex(to: string): void {
    mkdirSync(to, { recursive: true });
    for (const file of INDEX_FILES) {
      if (existsSync(join(this.folder, file))) copyFileSync(join(this.folder, file), join(to, file));
    }
  }

  close(): Promise<void> {
    return this.logs.stop();
  }
}

function idOf(json: string): string {
  return (JSON.parse(json) as { id: string }).id;
}
