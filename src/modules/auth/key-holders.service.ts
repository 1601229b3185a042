import { Injectable, OnModuleDestroy } from '@nestjs/common';
import type { Response } from 'express';
import { Clock } from '../../common/clock.js';
import { notFound } from '../../common/errors/domain-error.js';
import type { Caller } from '../../common/http/caller.js';
import { HeldKey, KeysRepository } from './keys.repository.js';
import { OpenAnswers } from './open-answers.js';

const KEEP_USES_MS = 60_000;

/**
 * Those who come with a key. When each was used last is kept once a minute for all together, so that a request with one
 * costs no write.
 */
@Injectable()
export class KeyHoldersService implements OnModuleDestroy {
  private used = new Set<HeldKey>();
  private keeping?: NodeJS.Timeout;

  constructor(
    private readonly repository: KeysRepository,
    private readonly answers: OpenAnswers,
    private readonly clock: Clock,
  ) {}

  async onModuleDestroy(): Promise<void> {
    await this.keepUses();
  }

  /** Who comes with the key of this digest; if somebody does, `response` is cut off when the key ends. */
  admit(digest: string, response: Response): Caller | undefined {
    const key = this.repository.find(digest);
    if (!key || !this.isGood(key)) return undefined;
    this.answers.hold(response, () => this.isGood(key));
    key.lastUsedAt = this.clock.now();
    this.used.add(key);
    this.keeping ??= setTimeout(() => void this.keepUses(), KEEP_USES_MS).unref();
    return key.caller;
  }

  /** Ends a key and the streams that it has open. */
  async revoke(id: string): Promise<{ deleted: true }> {
    await this.repository.remove(id, unknownKey);
    this.answers.endOverdue();
    return { deleted: true };
  }

  private isGood(key: HeldKey): boolean {
    const isThere = this.repository.find(key.digest) === key;
    return isThere && (key.expiresAt === null || this.clock.now() < key.expiresAt);
  }

  /** What the disk refuses is lost with the next crash only: the uses that follow are kept later. */
  private async keepUses(): Promise<void> {
    clearTimeout(this.keeping);
    this.keeping = undefined;
    const used = this.used;
    this.used = new Set();
    if (used.size > 0) await this.repository.keepUses(used).catch(() => undefined);
  }
}

function unknownKey(): never {
  throw notFound('key not found');
}
