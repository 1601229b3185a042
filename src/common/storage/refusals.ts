import { Logger } from '@nestjs/common';

/** Whether the disk takes what one writer writes. */
export class Refusals {
  private readonly logger = new Logger('storage');
  /** By the monotonic clock, in milliseconds. */
  private refusedAt = -Infinity;

  /** @param what whose changes these are, for the log */
  constructor(private readonly what: string) {}

  /** How long ago the disk last refused; infinite once something went through again. */
  get millisSince(): number {
    return performance.now() - this.refusedAt;
  }

  /** Said once, not per request: a full disk must not be filled with complaints. */
  note(error: unknown): void {
    if (this.refusedAt === -Infinity) this.logger.error({ err: error, msg: `changes of ${this.what} are refused` });
    this.refusedAt = performance.now();
  }

  noteSuccess(): void {
    if (this.refusedAt !== -Infinity) this.logger.log(`changes of ${this.what} are taken again`);
    this.refusedAt = -Infinity;
  }
}
