import { Logger } from '@nestjs/common';
import type { Config } from '../config/config.js';
import type { Clock } from '../clock.js';
import { unavailable } from '../errors/domain-error.js';
import type { Batch } from './batch.js';
import { DataDirLock } from './data-dir-lock.js';
import type { Disk } from './disk.js';
import type { IdSource } from './id-source.js';
import { IndexDatabase } from './index-database.js';
import { Kept } from './kept.js';
import type { Page } from './page.js';
import { isDamage } from './sqlite.js';
import { lineRetry, retried } from './line-retry.js';
import { LogAnswers } from './log-answers.js';
import { LogFile } from './log-file.js';
import { LogPositions } from './log-positions.js';
import { LogRecovery } from './log-recovery.js';
import { FreshStart, Projection, REMINDER } from './projection.js';
import { RecordLog } from './record-log.js';
import { NOTHING_WRITTEN, RecordWriter } from './record-writer.js';
import type { Refusals } from './refusals.js';

/** A log smaller than this is not worth compacting. */
const COMPACT_MIN_LINES = 1000;

/** All record logs of a data folder: opening, changing, clearing, compacting, closing. */
export class RecordLogs {
  readonly index: IndexDatabase;
  /** The answers to requests that may be sent again. */
  readonly answers: LogAnswers;
  readonly kept = new Kept();
  /** Called once when the storage has given up and the process should end. */
  onFatal: (error: Error) => void = () => undefined;

  private readonly logger = new Logger('storage');
  private readonly logs = new Map<string, RecordLog>();
  private readonly positions: LogPositions;
  private readonly recovery: LogRecovery;
  private readonly writer: RecordWriter;

  private constructor(
    private readonly config: Config,
    private readonly disk: Disk,
    private readonly ids: IdSource,
    private readonly clock: Clock,
    private readonly lock: DataDirLock,
  ) {
    this.index = new IndexDatabase(config.dataDir);
    this.positions = new LogPositions(this.index);
    this.answers = new LogAnswers(this.index, clock);
    this.recovery = new LogRecovery(this.index, this.positions, ids, this.answers);
    this.writer = new RecordWriter({
      index: this.index,
      positions: this.positions,
      ids,
      answers: this.answers,
      syncs: config.durability === 'fsync',
      onFatal: (error) => this.onFatal(error),
    });
  }

  /** Takes possession of the data folder; nothing is read before {@link start}. */
  static own(config: Config, disk: Disk, ids: IdSource, clock: Clock): RecordLogs {
    return new RecordLogs(config, disk, ids, clock, DataDirLock.acquire(config.dataDir));
  }

  /** A list from one log's tables, which is read anew only when they have changed. */
  keptPage(log: string, key: readonly unknown[], make: () => Page): Page {
    return this.kept.page({ key: [log, ...key], version: this.index.version(log), make });
  }

  /** Registers a log; called by repositories while the application is put together, before {@link start}. */
  define<R extends object>(projection: Projection<R>): RecordLog<R> {
    const log = new RecordLog(projection);
    this.logs.set(log.name, log);
    return log;
  }

  /** Opens every log, recovers it, and brings the index up to date. */
  async start(): Promise<void> {
    const logs = [...this.logs.values()];
    for (const log of logs) log.open(await LogFile.open(this.disk, this.config.dataDir, log.name));
    try {
      await this.recover(logs);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.logger.warn('the index is damaged: building it anew');
      await this.index.close();
      this.index.discard();
      await this.recover(logs);
    }
    for (const log of logs) if (this.isMostlySuperseded(log)) await this.compact(log);
  }

  /** See {@link RecordWriter.change}. */
  change<T>(decide: (batch: Batch) => T, answerOf?: (result: T) => unknown): Promise<T> {
    return this.writer.change(decide, answerOf);
  }

  /** Removes all records of a log; its file moves to `archive/`, ids go on growing, and first answers stay. */
  async clear(log: RecordLog): Promise<void> {
    await this.replace(log, () => this.beginning(log, { cleared: true, id: this.ids.next() }), true);
    log.announceCleared();
  }

  /** Rewrites a log as the records that make up its present state; answers and ids stay what they are. */
  async compact(log: RecordLog, options: { archive?: boolean } = {}): Promise<void> {
    const before = log.position.lines;
    await this.replace(log, () => this.snapshot(log), options.archive ?? false);
    this.logger.log(`compacted ${log.name}.jsonl from ${before} to ${log.position.lines} lines`);
  }

  /** The logs that can be compacted. */
  get compactable(): RecordLog[] {
    return [...this.logs.values()].filter(({ projection }) => 'snapshot' in projection);
  }

  get refusals(): Refusals {
    return this.writer.refusals;
  }

  /** Waits for what is under way, closes everything and gives the folder free. */
  async stop(): Promise<void> {
    await this.writer.idle();
    for (const log of this.logs.values()) await log.close();
    await this.index.close();
    this.lock.release();
  }

  private async recover(logs: RecordLog[]): Promise<void> {
    await this.index.open(logs.map(({ projection }) => projection.tables));
    this.ids.seed(this.positions.largestId);
    for (const log of logs) {
      await this.recovery.recover(log);
      this.writer.startAfter(log.position.batch);
    }
  }

  private *snapshot(log: RecordLog): Iterable<object> {
    yield* this.beginning(log, { compacted: true, id: this.ids.next() });
    yield* log.projection.snapshot?.() ?? [];
  }

  /** What a new file begins with: the answers whose lines stay behind in the old one. */
  private *beginning(log: RecordLog, first: FreshStart): Iterable<object> {
    yield first;
    for (const answer of this.answers.list(log.name))
      yield retried(REMINDER, lineRetry(answer, JSON.stringify(REMINDER)));
  }

  private isMostlySuperseded({ name, position, projection }: RecordLog): boolean {
    if (!projection.snapshotSize || position.lines < COMPACT_MIN_LINES) return false;
    return projection.snapshotSize() + this.answers.count(name) < position.lines / 2;
  }

  /** Puts a new file in the place of a log's file, and the index behind it, between two batches. */
  private replace(log: RecordLog, records: () => Iterable<object>, archive: boolean): Promise<void> {
    return this.writer.exclusive(async (firstBatch) => {
      const written = await log.file.writeReplacement(records(), firstBatch).catch((error: unknown) => {
        throw unavailable(NOTHING_WRITTEN, error);
      });
      this.writer.startAfter(written.batch);
      try {
        const archiveAs = `${log.name}-${this.clock.timestamp().replaceAll(':', '')}.jsonl`;
        await log.file.adoptReplacement(archive ? archiveAs : undefined);
        await this.recovery.rebuild(log);
      } catch (error) {
        this.writer.die(
          new Error(`${log.name}.jsonl was only half replaced; the next start finishes it`, { cause: error }),
        );
        throw error;
      }
    });
  }
}
