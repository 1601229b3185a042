import { Injectable, Logger, OnModuleInit } from '@nestjs/common';
import type { Response } from 'express';
import { LRUCache } from 'lru-cache';
import { hash, timingSafeEqual } from 'node:crypto';
import { Config } from '../../common/config/config.js';
import type { Caller } from '../../common/http/caller.js';
import { KeyHoldersService } from './key-holders.service.js';

const BEARER = /^bearer +(\S+) *$/i;
/** Anybody may have the token, so that what is done with it says itself who did it. */
const TOKEN_HOLDER: Caller = { id: 'token', role: 'admin' };
const KNOWN_MAX = 2000;

/** What programs present: the token of the server, or a key. */
@Injectable()
export class BearerService implements OnModuleInit {
  private readonly logger = new Logger('auth');
  /** Absent in dev mode, where everything is open. */
  private readonly expected?: Buffer;
  /**
   * The digests of what was good: to look one up costs a tenth of making it. Whether it still is, is asked each time. A
   * guess is compared only with what has the same hash, and that has a seed of this process.
   */
  private readonly known = new LRUCache<string, Buffer>({ max: KNOWN_MAX });

  constructor(
    config: Config,
    private readonly keys: KeyHoldersService,
  ) {
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

  /** Who presents this; `undefined` when it is not good. */
  callerWith(authorization: string, response: Response): Caller | undefined {
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) return undefined;
    const presented = this.known.get(token) ?? digest(token);
    const caller = this.holderOf(presented, response);
    if (caller) this.known.set(token, presented);
    return caller;
  }

  private holderOf(presented: Buffer, response: Response): Caller | undefined {
    if (this.expected && timingSafeEqual(presented, this.expected)) return TOKEN_HOLDER;
    // Whoever guesses does not choose the digest, so how long the look-up takes tells nothing of the keys.
    return this.keys.admit(presented.toString('hex'), response);
  }
}

/** Digests have one length, so that comparing them takes the same time for every guess. */
function digest(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
