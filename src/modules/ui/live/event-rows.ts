import { Injectable } from '@nestjs/common';
import { Pages } from '../../../common/pages/pages.js';
import type { FeedEvent } from '../../feed/event.entity.js';
import { UiKits } from '../kit/ui-kits.js';

/** An event as open pages get it: what they filter by, and its row. */
export interface EventMessage {
  agent: string;
  type: string;
  timestamp: string;
  /** Markup of `ui/templates/parts/event.eta`. */
  row: string;
}

/** Feed events as rows of a list. */
@Injectable()
export class EventRows {
  constructor(
    private readonly pages: Pages,
    private readonly kits: UiKits,
  ) {}

  /** The JSON of an {@link EventMessage}. */
  message(event: FeedEvent): string {
    const { agent, type, timestamp } = event;
    const row = this.pages.render('parts/event', { ui: this.kits.of(), event });
    const message: EventMessage = { agent, type, timestamp, row };
    return JSON.stringify(message);
  }
}
