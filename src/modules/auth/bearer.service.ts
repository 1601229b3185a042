import { Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { hash, timingSafeEqual } from 'node:crypto';
import { Config } from '../../common/config/config.js';

const BEARER = /^bearer +(\S+) *$/i;

/** The token that programs present. */
@Injectable()
export class BearerService implements OnModuleInit {
  private readonly logger = new Logger('auth');
  /** Absent in dev mode, where everything is open. */
  private readonly expected?: Buffer;

  constructor(config: Config) {
    if (config.authToken) this.expected = digest(config.authToken);
  }

  onModuleInit(): void {
    if (this.isRequired) return;
    this.logger.warn(
      'dev mode: without VERS_AUTH_TOKEN everything is open, so only this machine is answered (see HOST)',
    );
  }

  /** False in dev mode. */
  get isRequired(): boolean {
    return this.expected !== undefined;
  }

  isGood(authorization: string): boolean {
    const token = BEARER.exec(authorization)?.[1];
    return token !== undefined && this.expected !== undefined && timingSafeEqual(digest(token), this.expected);
  }
}

/** Digests have one length, so that comparing them takes the same time for every guess. */
function digest(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
