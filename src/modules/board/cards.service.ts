import { Injectable } from '@nestjs/common';
import { BoardRepository } from './board.repository.js';
import { Card, CardFilter, CardsRepository } from './cards.repository.js';
import { LeaseClock } from './lease-clock.js';
import type { HeldLease } from './lease.entity.js';
import { heldLease, isStuck } from './lease-rules.js';

/** A task at a glance. */
export interface TaskCard extends Card {
  /** Its lease is renewed, but nothing was told of progress for long. */
  isStuck: boolean;
}

/** The board as it is seen at a glance. */
@Injectable()
export class CardsService {
  constructor(
    private readonly repository: CardsRepository,
    private readonly board: BoardRepository,
    private readonly leases: LeaseClock,
  ) {}

  find(id: string): TaskCard | undefined {
    const card = this.repository.find(id);
    return card && this.judged(card);
  }

  /** The newest tasks that match, newest first, and whether there are more. */
  list(filter: CardFilter, limit: number): { cards: TaskCard[]; hasMore: boolean } {
    const cards = this.repository.list(filter, limit + 1);
    return { cards: cards.slice(0, limit).map((card) => this.judged(card)), hasMore: cards.length > limit };
  }

  /** Ids of tasks that are not done and build on this one, oldest first. */
  waitingFor(id: string, limit: number): string[] {
    return this.repository.waitingFor(id, limit);
  }

  /** All leases, by holder; there are no more of them than agents at work. */
  leasesNow(): HeldLease[] {
    const now = this.leases.now();
    return [...this.board.allHeld()].flatMap((task) => heldLease(task, now) ?? []);
  }

  /** How many tasks are held, how many of those get nowhere, and how many failed too often. */
  attention(): { held: number; stuck: number; dead: number } {
    const leases = this.leasesNow();
    const stuck = leases.filter((lease) => lease.stuck).length;
    return { held: leases.length, stuck, dead: this.repository.countDead() };
  }

  private judged(card: Card): TaskCard {
    return { ...card, isStuck: card.lease !== undefined && isStuck(card.lease, this.leases.now()) };
  }
}
