import { DomainError } from '../errors/domain-error.js';
import { Replay } from '../idempotency/replay.js';
import type { KeyedAnswer } from '../idempotency/attempt.js';
import { LineRetry, lineRetry, withRetry } from './line-retry.js';
import { sealLine } from './log-line.js';
import { LogPosition, positionAfter } from './log-positions.js';
import type { RecordLog } from './record-log.js';

interface Entry {
  log: RecordLog;
  record: object;
  json: string;
  wire: string;
  retry?: LineRetry;
}

/** What a batch adds to one file, and where that ends. */
interface Portion {
  data: Buffer;
  position: LogPosition;
}

/** The records that go to disk together; what is appended is applied to the index at once, inside its open transaction. */
export class Batch {
  private readonly entries: Entry[] = [];
  private readonly portions = new Map<RecordLog, Portion>();
  private characters = 0;
  /** The logs whose tables change. */
  private readonly touched = new Set<string>();
  private isOfLogs = true;
  /** How often it was told what a change concerns. */
  tellings = 0;

  constructor(readonly number: number) {}

  /** Adds a record and returns its wire JSON. A change that appends must have nothing left to refuse. */
  append<R extends object>(log: RecordLog<R>, record: R): string {
    const json = JSON.stringify(record);
    const wire = log.projection.apply(record, json);
    this.entries.push({ log, record, json, wire });
    this.characters += json.length;
    this.touch(log);
    return wire;
  }

  /** Tells of a change to a log's tables that leaves no record. */
  touch<R extends object>({ name }: RecordLog<R>): void {
    this.touched.add(name);
    this.tellings += 1;
  }

  /** Lets the first record that was appended at this size or later say which request it came from, and the answer to it. */
  keep(size: number, answer: KeyedAnswer): string {
    const entry = this.entries[size];
    if (!entry) throw new Error('there is no record to keep the answer with');
    entry.retry = lineRetry(answer, entry.wire);
    this.characters += answer.answer.length;
    return entry.log.name;
  }

  /** The logs that the batch changes tables of; `undefined` when that may be any. */
  get changedLogs(): string[] | undefined {
    return this.isOfLogs ? [...this.touched] : undefined;
  }

  /** A change that tells nothing may have changed any table. */
  noteUnloggedChange(): void {
    this.isOfLogs = false;
  }

  get size(): number {
    return this.entries.length;
  }

  /** Roughly how many bytes will be written. */
  get weight(): number {
    return this.characters;
  }

  /** Seals the lines and tells the projections where they will stand; nothing can be appended any more. */
  seal(): void {
    for (const [log, entries] of Map.groupBy(this.entries, ({ log }) => log)) {
      const lines = entries.map(({ json, retry }, i) =>
        sealLine(retry ? withRetry(json, retry) : json, { batch: this.number, number: i + 1, lines: entries.length }),
      );
      const data = Buffer.from(`${lines.join('\n')}\n`);
      const lastLine = lines.at(-1) ?? '';
      const end = { bytes: data.length, lines: lines.length, lastLine, batch: this.number };
      this.portions.set(log, { data, position: positionAfter(log.position, end) });
      if (log.projection.locate) this.locate(log, entries, lines);
    }
  }

  positions(): [log: string, position: LogPosition][] {
    return [...this.portions].map(([log, { position }]) => [log.name, position]);
  }

  async write(): Promise<void> {
    await all(this.portions, ([log, { data }]) => log.file.write(data));
  }

  async sync(): Promise<void> {
    await all(this.portions, ([log]) => log.file.sync());
  }

  async cutBack(): Promise<void> {
    await all(this.portions, ([log]) => log.file.cutBack());
  }

  /** Makes the batch a part of its files and tells everyone who listens, in the order of appending. */
  publish(): void {
    for (const [log, { data, position }] of this.portions) {
      log.file.accept(data.length);
      log.position = position;
    }
    for (const { log, record, wire } of this.entries) log.announce({ record, wire });
  }

  private locate(log: RecordLog, entries: Entry[], lines: string[]): void {
    let offset = log.position.offset;
    for (const [i, { record }] of entries.entries()) {
      const length = Buffer.byteLength(lines[i] ?? '') + 1;
      log.projection.locate?.(record, offset, length);
      offset += length;
    }
  }
}

/** Waits for all of them, also when one fails early: nothing may still be going on when the failure is dealt with. */
async function all<T>(items: Iterable<T>, run: (item: T) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled([...items].map(run));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
}

/** A change that was refused before it appended anything leaves the batch as it was. */
export function isCleanRefusal(error: unknown, sizeBefore: number, batch: Batch): boolean {
  return (error instanceof DomainError || error instanceof Replay) && batch.size === sizeBefore;
}
