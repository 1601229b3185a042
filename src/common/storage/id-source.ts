import { Injectable } from '@nestjs/common';
import { randomFillSync } from 'node:crypto';
import { decodeTime, encodeTime, incrementBase32, isValid } from 'ulid';
import { Clock } from '../clock.js';

const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LAST_MILLISECOND = '7ZZZZZZZZZ';
/** Leaves so much room above the first random part of a millisecond that counting up from it cannot overflow. */
const FIRST_DIGIT_MASK = 0x0f;

/**
 * Draws ULIDs that strictly increase, also within a millisecond, across restarts (see {@link seed}), and
 * while the system's clock steps backwards: then the largest time seen so far stays in use.
 * Format: https://github.com/ulid/spec
 */
@Injectable()
export class IdSource {
  private last = '';
  private lastTime = -1;
  private readonly random = new Uint8Array(RANDOM_LENGTH * 64);
  private randomUsed = this.random.length;

  constructor(private readonly clock: Clock) {}

  next(): string {
    const now = this.clock.now();
    if (now > this.lastTime) {
      this.lastTime = now;
      this.last = encodeTime(now, TIME_LENGTH) + this.randomPart();
    } else {
      this.last = incrementBase32(this.last);
    }
    return this.last;
  }

  /** The largest id drawn or seeded, or an empty string. */
  get largest(): string {
    return this.last;
  }

  /** From now on ids are larger than this one, which was found on the disk. */
  seed(id: string): void {
    if (!isValid(id) || id <= this.last) return;
    this.last = id.toUpperCase();
    this.lastTime = decodeTime(this.last);
  }

  private randomPart(): string {
    if (this.randomUsed === this.random.length) {
      randomFillSync(this.random);
      this.randomUsed = 0;
    }
    let part = BASE32.charAt((this.random[this.randomUsed++] ?? 0) & FIRST_DIGIT_MASK);
    while (part.length < RANDOM_LENGTH) part += BASE32.charAt((this.random[this.randomUsed++] ?? 0) & 0x1f);
    return part;
  }
}

/** When an id was drawn, in milliseconds since 1970; `NaN` for one of another form. */
export function timeOfId(id: string): number {
  return isValid(id) ? decodeTime(id) : NaN;
}

/** False for ids so close to the largest possible one that those after it might run out. */
export function leavesRoom(id: string): boolean {
  return !isValid(id) || id.toUpperCase() < LAST_MILLISECOND;
}

/** The smallest id that can have been drawn at this time: a bound for range queries, not an id. */
export function smallestIdAt(time: number): string {
  return encodeTime(Math.max(0, time), TIME_LENGTH) + '0'.repeat(RANDOM_LENGTH);
}

export { isValid as isUlid } from 'ulid';
