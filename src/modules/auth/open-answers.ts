import { Injectable, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Response } from 'express';

const SWEEP_MS = 60_000;
/** What has not begun to answer, such as the very request that ended its credential, has so long to end by itself. */
const GRACE_MS = 1000;

/**
 * What is being answered to credentials that can end. An answer that goes on, such as a stream, ends with its
 * credential: at once when that is taken back, within a minute when it expires.
 */
@Injectable()
export class OpenAnswers implements OnModuleInit, OnModuleDestroy {
  private readonly answers = new Map<Response, () => boolean>();
  private sweeping?: NodeJS.Timeout;

  onModuleInit(): void {
    this.sweeping = setInterval(() => this.endOverdue(), SWEEP_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.sweeping);
  }

  /** Has `response` cut off when `isGood` says that its credential is not any more. */
  hold(response: Response, isGood: () => boolean): void {
    this.answers.set(response, isGood);
    response.once('close', () => this.answers.delete(response));
  }

  /** Called when a credential was taken back. */
  endOverdue(): void {
    this.cutOff(({ headersSent }) => headersSent);
    setTimeout(() => this.cutOff(() => true), GRACE_MS).unref();
  }

  private cutOff(isMeant: (response: Response) => boolean): void {
    for (const [response, isGood] of this.answers) if (isMeant(response) && !isGood()) response.destroy();
  }
}
