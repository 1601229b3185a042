import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { Clock } from '../../common/clock.js';
import type { Caller } from '../../common/http/caller.js';
import { digestOf } from '../../common/secrets.js';
import { OpenAnswers } from './open-answers.js';
import { type SessionRow, SignInRepository } from './sign-in.repository.js';

export const SESSION_SECONDS = 24 * 60 * 60;

/** Browsers that are signed in. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly repository: SignInRepository,
    private readonly answers: OpenAnswers,
    private readonly clock: Clock,
  ) {}

  /** Who is signed in with the session; if somebody is, `response` is cut off at its end. */
  admit(session: string, response: Response): Caller | undefined {
    const digest = digestOf(session);
    const open = this.find(digest);
    if (!open) return undefined;
    this.answers.hold(response, () => this.find(digest) !== undefined);
    return { id: `session:${digest}`, role: 'admin', name: open.name };
  }

  /** Ends a session and the streams that it has open. */
  async end(session: string): Promise<void> {
    await this.repository.endSession(digestOf(session));
    this.answers.endOverdue();
  }

  private find(digest: string): SessionRow | undefined {
    const session = this.repository.session(digest);
    // Either way: one that began when the clock was far ahead must not last until it is that late again.
    const isOpen = session && Math.abs(this.clock.now() - session.createdAt) < SESSION_SECONDS * 1000;
    return isOpen ? session : undefined;
  }
}
