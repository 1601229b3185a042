import { currentAttempt } from '../../common/idempotency/attempt.js';
import type { Claimed, Wish } from './claims.service.js';
import type { NoTaskReason } from './lease.entity.js';

/** What a claim of the next task came to. */
export type Outcome = Claimed | NoTaskReason;

/** A client that wants a task. */
export class Waiter {
  /** What it was given in a change that may not be durable yet. */
  private given?: Claimed;
  /** Why it has none so far; nothing before it was looked at. */
  private reason?: NoTaskReason;
  private isOver = false;
  private readonly answer = Promise.withResolvers<Outcome>();

  constructor(
    readonly wish: Wish,
    private readonly hungUp: AbortSignal,
    /** The request, if it may be sent again. */
    readonly attempt = currentAttempt(),
  ) {
    // Where the change fails as well, that is what is answered, and nobody asks for this.
    this.answer.promise.catch(() => undefined);
  }

  get outcome(): Promise<Outcome> {
    return this.answer.promise;
  }

  /** Whether it was looked at before. */
  get isKnown(): boolean {
    return this.reason !== undefined;
  }

  /** Whether it gets nothing more. */
  get isServed(): boolean {
    return this.given !== undefined || this.isOver || this.hungUp.aborted;
  }

  take(outcome: Outcome): void {
    if (typeof outcome === 'string') this.reason = outcome;
    else this.given = outcome;
  }

  /** The change that gave it a task was not made. */
  takeBack(): void {
    this.given = undefined;
    if (this.isOver) this.settle();
  }

  /** Answers what it was given, or why it gets nothing. */
  settle(): void {
    this.answer.resolve(this.given ?? this.reason ?? 'none_ready');
  }

  refuse(error: Error): void {
    this.isOver = true;
    this.answer.reject(error);
  }

  /** It waits no longer, but for what it is just being given. */
  giveUp(): void {
    this.isOver = true;
    if (!this.given) this.settle();
  }
}
