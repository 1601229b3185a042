import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors/domain-error.js';
import { outsideRequests } from '../../common/idempotency/attempt.js';
import { Replay } from '../../common/idempotency/replay.js';
import type { Batch } from '../../common/storage/batch.js';
import { nextAnswer } from './board.answers.js';
import { BoardRepository } from './board.repository.js';
import { ClaimsService, Wish } from './claims.service.js';
import { TaskWriter } from './task-writer.js';
import { type Outcome, Waiter } from './waiter.js';

/** After a change that the disk refused, so long passes before those who wait are looked at once more. */
const RETRY_MS = 500;

/**
 * Gives ready tasks to those who ask for the next one, in the order in which they asked. Whoever waits costs nothing
 * until a task becomes ready, or a lease ends; then all are looked at in one change.
 */
@Injectable()
export class ClaimQueue implements BeforeApplicationShutdown {
  private readonly waiters = new Set<Waiter>();
  /** The look at those who wait that has not begun. */
  private nextLook?: Promise<void>;
  /** The news that they were last looked at for. */
  private seenNews?: number;
  private isClosed = false;

  constructor(
    private readonly repository: BoardRepository,
    private readonly claims: ClaimsService,
    private readonly writer: TaskWriter,
  ) {
    repository.records.committed$.subscribe(() => this.lookAgain());
  }

  /**
   * Claims the first ready task, and waits for one for so many seconds if there is none.
   * @param hungUp tells that nobody waits for the answer any more: then no task is given, or it is given back, unless the
   * client may send its request again
   */
  async next(wish: Wish, waitSeconds: number, hungUp: AbortSignal): Promise<Outcome> {
    const waiter = new Waiter(wish, hungUp);
    this.waiters.add(waiter);
    const giveUp = (): void => waiter.giveUp();
    hungUp.addEventListener('abort', giveUp);
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.look();
      if (waitSeconds === 0 || hungUp.aborted || this.isClosed) waiter.giveUp();
      else timer = setTimeout(giveUp, waitSeconds * 1000);
      const outcome = await waiter.outcome;
      const isMissed = hungUp.aborted && !waiter.attempt;
      if (typeof outcome !== 'string' && isMissed) await this.claims.takeBack(outcome);
      return outcome;
    } finally {
      clearTimeout(timer);
      hungUp.removeEventListener('abort', giveUp);
      this.waiters.delete(waiter);
    }
  }

  /** Nobody is kept waiting by a server that stops. */
  beforeApplicationShutdown(): void {
    this.isClosed = true;
    for (const waiter of this.waiters) waiter.giveUp();
  }

  private get hasNews(): boolean {
    return this.seenNews !== this.repository.ready.news;
  }

  /** Those who wait go on waiting when nothing can be written. */
  private lookAgain(): void {
    if (this.waiters.size > 0 && this.hasNews) void this.look().catch(() => undefined);
  }

  /** Looks at those who wait, in one change for all who come before it is decided. */
  private look(): Promise<void> {
    this.nextLook ??= outsideRequests(() => this.lookAtAll());
    return this.nextLook;
  }

  private async lookAtAll(): Promise<void> {
    const served: Waiter[] = [];
    try {
      await this.writer.write((batch) => {
        this.nextLook = undefined;
        this.serve(batch, served);
      });
    } catch (error) {
      this.nextLook = this.seenNews = undefined;
      for (const waiter of served) waiter.takeBack();
      setTimeout(() => this.lookAgain(), RETRY_MS).unref();
      throw error;
    }
    for (const waiter of served) waiter.settle();
  }

  /** All of them when there is news; else only those who have just come. */
  private serve(batch: Batch, served: Waiter[]): void {
    const { hasNews } = this;
    let isEmpty = false;
    for (const waiter of this.waiters) {
      if (waiter.isServed || (waiter.isKnown && !hasNews)) continue;
      isEmpty ||= this.repository.ready.first() === undefined;
      if (isEmpty && waiter.isKnown) continue;
      if (this.give(batch, waiter)) served.push(waiter);
    }
    this.seenNews = this.repository.ready.news;
  }

  private give(batch: Batch, waiter: Waiter): boolean {
    const claim = (): Outcome => this.claims.claimFirst(batch, waiter.wish);
    try {
      // The key is looked up where the task is given, be it now or in a later change.
      waiter.take(this.repository.once(batch, waiter.attempt, claim, nextAnswer));
    } catch (error) {
      // It concerns this one alone; all else concerns the batch.
      if (!(error instanceof Replay || error instanceof DomainError)) throw error;
      waiter.refuse(error);
    }
    return waiter.isServed;
  }
}
