import { Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { hash, timingSafeEqual } from 'node:crypto';
import { Config } from '../../common/config/config.js';

const BEARER = /^bearer +(\S+) *$/i;

/** Who may come in. */
@Injectable()
export class AuthService implements OnModuleInit {
  private readonly logger = new Logger('auth');
  /** Absent in dev mode, where everything is open. */
  private readonly expected?: Buffer;

  constructor(config: Config) {
    if (config.authToken) this.expected = digest(config.authToken);
  }

  onModuleInit(): void {
    if (this.expected) return;
    this.logger.warn(
      'dev mode: without VERS_AUTH_TOKEN everything is open, so only this machine is answered (see HOST)',
    );
  }

  /** Why this `Authorization` header does not let its sender in; `undefined` when it does. */
  refusal(authorization: string | undefined): string | undefined {
    if (!this.expected) return undefined;
    if (authorization === undefined) return 'missing Authorization header: send "Authorization: Bearer <token>"';
    const token = BEARER.exec(authorization)?.[1];
    return token !== undefined && timingSafeEqual(digest(token), this.expected) ? undefined : 'invalid token';
  }
}

/** Digests have one length, so that comparing them takes the same time for every guess. */
function digest(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
