import { setImmediate as nextTurn } from 'node:timers/promises';
import { unavailable } from '../errors/domain-error.js';
import { currentAttempt, outsideRequests } from '../idempotency/attempt.js';
import { Batch, isCleanRefusal } from './batch.js';
import type { IndexDatabase } from './index-database.js';
import type { IdSource } from './id-source.js';
import type { LogAnswers } from './log-answers.js';
import type { LogPositions } from './log-positions.js';
import { Refusals } from './refusals.js';
import { isDamage } from './sqlite.js';

/** A batch takes no more changes once it is this heavy; they go into the next one. */
const BATCH_MAX_CHARACTERS = 8 << 20;

export const NOTHING_WRITTEN = 'nothing can be written at the moment; nothing was changed';

interface Change {
  decide(batch: Batch): void;
  answer(): void;
  fail(error: unknown): void;
}

interface WriterOptions {
  index: IndexDatabase;
  positions: LogPositions;
  ids: IdSource;
  answers: LogAnswers;
  /** False hands the data to the operating system and does not wait for the disk. */
  syncs: boolean;
  /** Called once when nothing can be written any more until the next start. */
  onFatal(error: Error): void;
}

/**
 * The only writer of all record logs. Changes that wait become one batch: each is decided in order against the index
 * and the batch's earlier results, then come one write and one sync per file, one index transaction, the Subjects, and
 * the answers. What arrives meanwhile is the next batch.
 */
export class RecordWriter {
  readonly refusals = new Refusals('the logs');
  private waiting: (Change | (() => Promise<void>))[] = [];
  private working?: Promise<void>;
  private dead?: Error;
  private lastBatch = 0;

  constructor(private readonly options: WriterOptions) {}

  /**
   * Runs `decide` when its turn comes. It is synchronous, reads the index through `write` statements, and either throws
   * or appends; what it returns is the answer, given once everything it appended is durable and visible.
   * Of a request with an `Idempotency-Key` the first change that appends keeps the key and the answer with its records.
   * @param answerOf what the client is answered, as JSON or to be made JSON, where that is not what `decide` returns
   * @throws Replay when that request was answered before
   * @throws DomainError `unavailable` when the disk refuses; then nothing has changed
   */
  change<T>(decide: (batch: Batch) => T, answerOf?: (result: T) => unknown): Promise<T> {
    const attempt = currentAttempt();
    return new Promise<T>((resolve, reject) => {
      let settle: () => void;
      this.enqueue({
        decide: (batch) => {
          const before = batch.size;
          const { tellings } = batch;
          try {
            const answer = this.options.answers.once(batch, attempt, () => decide(batch), answerOf);
            if (batch.tellings === tellings) batch.noteUnloggedChange();
            settle = () => resolve(answer);
          } catch (error) {
            if (!isCleanRefusal(error, before, batch)) throw error;
            settle = () => reject(error);
          }
        },
        answer: () => settle(),
        fail: reject,
      });
    });
  }

  /** Runs something that needs the files or the index for itself, between two batches. */
  exclusive<T>(run: (nextBatch: number) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.enqueue(async () => {
        if (this.dead) reject(unavailable(NOTHING_WRITTEN, this.dead));
        else await run(this.lastBatch + 1).then(resolve, reject);
      });
    });
  }

  /** Batches from now on have larger numbers. */
  startAfter(batch: number): void {
    this.lastBatch = Math.max(this.lastBatch, batch);
  }

  /** Resolves when nothing waits and nothing is being written. */
  async idle(): Promise<void> {
    while (this.working) await this.working;
  }

  /** Stops for good, e.g. because what the disk holds is not known any more. */
  die(error: Error): void {
    if (this.dead) return;
    this.dead = error;
    this.options.onFatal(error);
  }

  private enqueue(job: Change | (() => Promise<void>)): void {
    this.waiting.push(job);
    this.working ??= outsideRequests(() => this.work());
  }

  private async work(): Promise<void> {
    try {
      // What the same turn of the event loop brings joins the first batch.
      await nextTurn();
      for (let job = this.waiting[0]; job; job = this.waiting[0]) {
        if (typeof job === 'function') {
          this.waiting.shift();
          await job();
        } else {
          await this.commit();
        }
      }
    } finally {
      // In the very turn that found nothing waiting: a job that comes later must start the work anew.
      this.working = undefined;
    }
  }

  private async commit(): Promise<void> {
    const batch = new Batch(this.lastBatch + 1);
    const taken: Change[] = [];
    try {
      if (this.dead) throw this.dead;
      this.options.index.begin();
      this.decideWaiting(batch, taken);
      await this.persist(batch);
    } catch (error) {
      this.refuse(batch, taken.length > 0 ? taken : this.takeChanges(), error);
      return;
    }
    if (batch.size > 0) this.refusals.noteSuccess();
    batch.publish();
    for (const change of taken) change.answer();
  }

  private decideWaiting(batch: Batch, taken: Change[]): void {
    for (let job = this.waiting[0]; job && typeof job !== 'function'; job = this.waiting[0]) {
      if (batch.weight > BATCH_MAX_CHARACTERS) break;
      this.waiting.shift();
      taken.push(job);
      job.decide(batch);
    }
  }

  private async persist(batch: Batch): Promise<void> {
    const { index, positions, ids, syncs } = this.options;
    if (batch.size > 0) {
      batch.seal();
      for (const [log, position] of batch.positions()) positions.set(log, position, ids.largest);
      try {
        await batch.write();
      } catch (error) {
        await this.cutBack(batch);
        throw error;
      }
      // After a failed sync the kernel may have dropped the pages: trying again would only look like success.
      if (syncs) await batch.sync().catch((error: unknown) => this.failForGood(error));
      this.lastBatch = batch.number;
    }
    try {
      index.commit(batch.changedLogs);
    } catch (error) {
      await this.cutBack(batch);
      throw error;
    }
  }

  private async cutBack(batch: Batch): Promise<void> {
    await batch.cutBack().catch((error: unknown) => this.failForGood(error));
  }

  private failForGood(error: unknown): never {
    const fatal = new Error('the disk failed in a way that only a restart can recover from', { cause: error });
    this.die(fatal);
    throw fatal;
  }

  private refuse(batch: Batch, changes: Change[], error: unknown): void {
    const { index } = this.options;
    try {
      if (isDamage(error)) throw error;
      index.rollback();
    } catch (damage) {
      index.discard();
      this.die(new Error('the index cannot be used any more; the next start rebuilds it', { cause: damage }));
    }
    this.refusals.note(error);
    const refusal = unavailable(NOTHING_WRITTEN, error);
    for (const change of changes) change.fail(refusal);
  }

  private takeChanges(): Change[] {
    const changes = this.waiting.filter((job) => typeof job !== 'function');
    this.waiting = this.waiting.filter((job) => typeof job === 'function');
    return changes;
  }
}
