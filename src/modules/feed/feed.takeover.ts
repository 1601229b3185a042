import { Injectable } from '@nestjs/common';
import { anyObject, instant, objectOf, optional, text, ulid, word } from '../../common/takeover/legacy-fields.js';
import { ENTRY, identified } from '../../common/takeover/legacy-items.js';
import { Takeover } from '../../common/takeover/takeover.js';
import type { FeedEvent } from './event.entity.js';

const event = objectOf<FeedEvent>({
  id: ulid,
  agent: text,
  type: word,
  summary: text,
  detail: optional(text),
  metadata: optional(anyObject),
  timestamp: instant,
});

/** A `feed.jsonl` that this server has not written to yet. */
@Injectable()
export class FeedTakeover {
  constructor(takeover: Takeover) {
    takeover.intoLog('feed.jsonl', 'feed', { [ENTRY]: { read: (value, place) => identified(event(value, place)) } });
  }
}
