import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../common/config/config.js';
import { DomainError } from '../../common/errors/domain-error.js';
import { FailureLimit } from '../../common/http/failure-limit.js';
import { originOf } from '../../common/http/origin.js';
import { MagicLinksService } from './magic-links.service.js';
import { clearSession, sessionOf, setSession } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

/** How a browser gets its session, and gives it up. */
@Injectable()
export class LoginService {
  constructor(
    private readonly links: MagicLinksService,
    private readonly sessions: SessionsService,
    private readonly failures: FailureLimit,
    private readonly config: Config,
  ) {}

  async signIn(token: string, request: Request, response: Response): Promise<void> {
    const session = await this.links.redeem(token);
    if (session === undefined) {
      const refusal = new DomainError('unauthenticated', 'this link was used already, has expired, or never existed');
      throw this.failures.refuse(request, refusal);
    }
    setSession(response, session, originOf(request, this.config).startsWith('https:'));
  }

  async signOut(request: Request, response: Response): Promise<void> {
    const session = sessionOf(request);
    if (session !== undefined) await this.sessions.end(session);
    clearSession(response);
  }
}
