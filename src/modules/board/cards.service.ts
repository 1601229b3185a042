import { Injectable } from '@nestjs/common';
import { CardFilter, CardsRepository, TaskCard } from './cards.repository.js';

export type { TaskCard };

/** The board as it is seen at a glance. */
@Injectable()
export class CardsService {
  constructor(private readonly repository: CardsRepository) {}

  /** The newest tasks that match, newest first, and whether there are more. */
  list(filter: CardFilter, limit: number): { cards: TaskCard[]; hasMore: boolean } {
    const cards = this.repository.list(filter, limit + 1);
    return { cards: cards.slice(0, limit), hasMore: cards.length > limit };
  }
}
