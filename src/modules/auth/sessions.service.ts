import { Injectable, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Response } from 'express';
import { Clock } from '../../common/clock.js';
import { digestOf } from '../../common/secrets.js';
import { SignInRepository } from './sign-in.repository.js';

export const SESSION_SECONDS = 24 * 60 * 60;
const SWEEP_MS = 60_000;

/** Browsers that are signed in, and what is being answered to them: a stream ends with its session. */
@Injectable()
export class SessionsService implements OnModuleInit, OnModuleDestroy {
  private readonly answers = new Map<Response, string>();
  private sweeping?: NodeJS.Timeout;

  constructor(
    private readonly repository: SignInRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.sweeping = setInterval(() => this.endStreams(), SWEEP_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.sweeping);
  }

  /** Gives whether the session is open; if so, `response` is cut off at its end. */
  admit(session: string, response: Response): boolean {
    const digest = digestOf(session);
    if (!this.isOpen(digest)) return false;
    this.answers.set(response, digest);
    response.once('close', () => this.answers.delete(response));
    return true;
  }

  async end(session: string): Promise<void> {
    await this.repository.endSession(digestOf(session));
    this.endStreams();
  }

  private isOpen(digest: string): boolean {
    const startedAt = this.repository.sessionStart(digest);
    // Either way: one that began when the clock was far ahead must not last until it is that late again.
    return startedAt !== undefined && Math.abs(this.clock.now() - startedAt) < SESSION_SECONDS * 1000;
  }

  /** What has not begun to answer yet, such as the sign-out itself, ends soon by itself. */
  private endStreams(): void {
    for (const [response, digest] of this.answers) {
      if (response.headersSent && !this.isOpen(digest)) response.destroy();
    }
  }
}
