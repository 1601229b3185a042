import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import { Clock } from '../../../common/clock.js';
import type { FeedEvent } from '../../feed/event.entity.js';
import { FeedService } from '../../feed/feed.service.js';
import { Ring } from './ring.js';
import { type TurnTokens, turnTokens } from './token-update.js';

const SPAN_MS = 5000;
const SPANS = 60;
/** Turns come seldom and large, so that a shorter time would only flicker. */
const RATE_MS = 60_000;
const RATE_SECONDS = RATE_MS / 1000;
const TURNS_MAX = 10_000;
/** What came before anybody asked is read back only so far. */
const PRIMED_MAX = 2000;

export interface AgentRate {
  agent: string;
  perSecond: number;
}

interface Turn extends TurnTokens {
  agent: string;
  time: number;
}

/** How many tokens there are a second, by what agents tell in `token_update` events: over the last minute, and a trend. */
@Injectable()
export class TokenRate implements OnModuleDestroy {
  /** Tells the agent of each turn. */
  readonly changes$: Observable<string>;

  private readonly changes = new Subject<string>();
  private readonly ring = new Ring(SPANS + 1, SPAN_MS);
  /** Those of the last minute, oldest first. */
  private turns: Turn[] = [];
  private isPrimed = false;

  constructor(
    private readonly feed: FeedService,
    private readonly clock: Clock,
  ) {
    this.changes$ = this.changes.asObservable();
    feed.events$.subscribe(({ json }) => {
      // Most events are others; only what may be one is parsed.
      if (json.includes('"token_update"')) this.hear(JSON.parse(json) as FeedEvent);
    });
  }

  onModuleDestroy(): void {
    this.changes.complete();
  }

  /** The rates of the last minute, and the tokens a second by spans of 5 seconds over the last 5 minutes, oldest first. */
  read(agents: number): { perSecond: number; outputPerSecond: number; agents: AgentRate[]; trend: number[] } {
    const now = this.clock.now();
    if (!this.isPrimed) this.prime(now);
    this.turns = this.turns.filter(({ time }) => time > now - RATE_MS);
    const byAgent = Map.groupBy(this.turns, ({ agent }) => agent);
    const rates = [...byAgent].map(([agent, turns]) => ({ agent, perSecond: rateOf(turns, 'total') }));
    return {
      perSecond: rateOf(this.turns, 'total'),
      outputPerSecond: rateOf(this.turns, 'output'),
      agents: rates.sort((a, b) => b.perSecond - a.perSecond).slice(0, agents),
      trend: this.ring.finished(now).map((tokens) => (tokens * 1000) / SPAN_MS),
    };
  }

  private hear(event: FeedEvent): void {
    const tokens = turnTokens(event);
    if (!tokens) return;
    if (this.isPrimed) this.count(event, tokens);
    this.changes.next(event.agent);
  }

  private count({ agent, timestamp }: FeedEvent, tokens: TurnTokens): void {
    const time = Date.parse(timestamp);
    this.ring.add(time, tokens.total);
    this.turns.push({ agent, time, ...tokens });
    if (this.turns.length > TURNS_MAX) this.turns = this.turns.slice(TURNS_MAX / 2);
  }

  private prime(now: number): void {
    this.isPrimed = true;
    const since = new Date(now - SPANS * SPAN_MS).toISOString();
    for (const json of this.feed.list({ type: 'token_update', since, limit: PRIMED_MAX }).items) {
      const event = JSON.parse(json) as FeedEvent;
      const tokens = turnTokens(event);
      if (tokens) this.count(event, tokens);
    }
  }
}

function rateOf(turns: Turn[], kind: keyof TurnTokens): number {
  return turns.reduce((sum, turn) => sum + turn[kind], 0) / RATE_SECONDS;
}
