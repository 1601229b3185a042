import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/clock.js';
import { FeedService } from '../../feed/feed.service.js';
import { Ring } from './ring.js';

const SPAN_MS = 15_000;
const SPANS = 60;
const SPANS_A_MINUTE = 60_000 / SPAN_MS;

/** How many events there are a minute, now and over the last quarter of an hour. */
@Injectable()
export class EventRate {
  private readonly ring = new Ring(SPANS + 1, SPAN_MS);
  private isPrimed = false;

  constructor(
    private readonly feed: FeedService,
    private readonly clock: Clock,
  ) {
    feed.events$.subscribe(() => {
      if (this.isPrimed) this.ring.add(this.clock.now());
    });
  }

  /** Events by spans of 15 seconds, oldest first. */
  trend(): number[] {
    const now = this.clock.now();
    if (!this.isPrimed) this.prime(now);
    return this.ring.finished(now);
  }

  perMinute(): number {
    return this.trend()
      .slice(-SPANS_A_MINUTE)
      .reduce((sum, count) => sum + count, 0);
  }

  /** Counts once what came before anybody asked. */
  private prime(now: number): void {
    this.isPrimed = true;
    const current = Math.floor(now / SPAN_MS) * SPAN_MS;
    for (let start = current - SPANS * SPAN_MS; start <= current; start += SPAN_MS) {
      this.ring.add(start, this.feed.countBetween(start, start + SPAN_MS));
    }
  }
}
