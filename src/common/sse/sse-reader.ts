import type { Request, Response } from 'express';
import { ownTurn } from '../own-turn.js';

/** A reader that has this much waiting when more is to come is cut off. */
const WAITING_MAX_BYTES = 1 << 20;
/** A reader that takes nothing for so long is cut off. */
const STUCK_MS = 10_000;
const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
};

/** One connection that events are written to. One that cannot keep up is ended; it resumes by the id it saw last. */
export class SseReader {
  private stuckSince?: number;

  constructor(
    request: Request,
    private readonly response: Response,
    readonly topic: string | undefined,
  ) {
    request.socket.setNoDelay(true);
    request.socket.setTimeout(0);
    response.writeHead(200, HEADERS);
  }

  get isOpen(): boolean {
    return !this.response.destroyed && !this.response.writableEnded;
  }

  onClose(listener: () => void): void {
    this.response.once('close', listener);
  }

  write(data: string | Buffer): void {
    if (!this.isOpen) return;
    if (this.response.writableLength > WAITING_MAX_BYTES) this.response.destroy();
    else this.response.write(data);
  }

  /** Resolves, in a turn of its own, when more can be written or never will be. */
  async ready(): Promise<void> {
    if (this.isOpen && this.response.writableNeedDrain) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.response.off('drain', done).off('close', done);
          resolve();
        };
        this.response.on('drain', done).on('close', done);
      });
    }
    return ownTurn();
  }

  /** To be called about once a second. */
  cutOffIfStuck(now: number): void {
    if (!this.response.writableNeedDrain) this.stuckSince = undefined;
    else if (now - (this.stuckSince ??= now) >= STUCK_MS) this.response.destroy();
  }

  end(): void {
    this.response.end();
  }
}
