import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { currentAttempt, outsideRequests } from '../../common/idempotency/attempt.js';
import type { Batch } from '../../common/storage/batch.js';
import { nextAnswer } from './board.answers.js';
import { BoardRepository } from './board.repository.js';
import { Claimed, ClaimsService, Wish } from './claims.service.js';
import type { NoTaskReason } from './lease.entity.js';

/** What a claim of the next task came to. */
export type Outcome = Claimed | NoTaskReason;

/** A client that wants a task. */
class Waiter {
  /** Why it has none so far. */
  reason: NoTaskReason = 'none_ready';
  /** What it was given in a batch that may not be durable yet. */
  given?: Claimed;
  private readonly answer = Promise.withResolvers<Outcome>();

  constructor(
    readonly wish: Wish,
    readonly hungUp: AbortSignal,
    /** The request, if it may be sent again. */
    readonly attempt = currentAttempt(),
  ) {}

  get outcome(): Promise<Outcome> {
    return this.answer.promise;
  }

  settle(outcome: Outcome = this.reason): void {
    this.answer.resolve(outcome);
  }
}

/**
 * Gives ready tasks to those who ask for the next one, in the order in which they asked. Whoever waits costs nothing
 * until a task becomes ready, or a lease ends; then all are looked at in one change.
 */
@Injectable()
export class ClaimQueue implements BeforeApplicationShutdown {
  private readonly waiters = new Set<Waiter>();
  private isServing = false;
  private isClosed = false;

  constructor(
    private readonly repository: BoardRepository,
    private readonly claims: ClaimsService,
  ) {
    repository.records.committed$.subscribe(({ record }) => {
      const hasNews = repository.ready.takeNews() || record.unset?.includes('lease') === true;
      if (hasNews && this.waiters.size > 0) void this.serve();
    });
  }

  /**
   * Claims the first ready task, and waits for one for so many seconds if there is none.
   * @param hungUp tells that nobody waits for the answer any more: then no task is given, or it is given back, unless the
   * client may send its request again
   */
  async next(wish: Wish, waitSeconds: number, hungUp: AbortSignal): Promise<Outcome> {
    const waiter = new Waiter(wish, hungUp);
    const look = (batch: Batch): void => {
      this.give(batch, waiter);
      // In the same turn, so that it misses nothing that becomes ready from now on.
      if (!waiter.given && waitSeconds > 0 && !hungUp.aborted && !this.isClosed) this.waiters.add(waiter);
    };
    // The key is looked up where the task is given, be it now or in another request's change.
    try {
      await outsideRequests(() => this.claims.write(look));
      if (!this.waiters.has(waiter)) waiter.settle(waiter.given);
      return await this.wait(waiter, waitSeconds);
    } finally {
      this.waiters.delete(waiter);
    }
  }

  /** Nobody is kept waiting by a server that stops. */
  beforeApplicationShutdown(): void {
    this.isClosed = true;
    for (const waiter of this.waiters) this.giveUp(waiter);
  }

  private async wait(waiter: Waiter, seconds: number): Promise<Outcome> {
    const giveUp = (): void => this.giveUp(waiter);
    const timer = setTimeout(giveUp, seconds * 1000);
    waiter.hungUp.addEventListener('abort', giveUp, { once: true });
    try {
      const outcome = await waiter.outcome;
      const isMissed = waiter.hungUp.aborted && !waiter.attempt;
      if (typeof outcome !== 'string' && isMissed) await this.claims.takeBack(outcome);
      return outcome;
    } finally {
      clearTimeout(timer);
      waiter.hungUp.removeEventListener('abort', giveUp);
    }
  }

  /** One that is being given a task waits for that to be durable. */
  private giveUp(waiter: Waiter): void {
    if (!waiter.given) waiter.settle();
  }

  /** Looks at all who wait, in their order. */
  private async serve(): Promise<void> {
    if (this.isServing) return;
    this.isServing = true;
    const served: Waiter[] = [];
    try {
      await this.claims.write((batch) => {
        this.isServing = false;
        for (const waiter of this.waiters) {
          if (this.repository.ready.first() === undefined) break;
          if (!waiter.given && this.give(batch, waiter)) served.push(waiter);
        }
      });
      for (const waiter of served) waiter.settle(waiter.given);
    } catch {
      // Nothing was written, so they go on waiting.
      for (const waiter of served) waiter.given = undefined;
      this.isServing = false;
    }
  }

  private give(batch: Batch, waiter: Waiter): boolean {
    if (waiter.hungUp.aborted) return false;
    const claim = (): Outcome => this.claims.claimFirst(batch, waiter.wish);
    const outcome = this.repository.once(batch, waiter.attempt, claim, nextAnswer);
    if (typeof outcome === 'string') waiter.reason = outcome;
    else waiter.given = outcome;
    return waiter.given !== undefined;
  }
}
