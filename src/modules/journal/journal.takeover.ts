import { Injectable } from '@nestjs/common';
import { id, instant, listOf, objectOf, optional, text } from '../../common/takeover/legacy-fields.js';
import { ENTRY, identified, Inherited } from '../../common/takeover/legacy-items.js';
import { Takeover } from '../../common/takeover/takeover.js';
import type { JournalEntry } from './journal-entry.entity.js';

const entry = objectOf<JournalEntry>({
  id,
  timestamp: instant,
  text,
  author: optional(text),
  mood: optional(text),
  tags: optional(listOf(text)),
});

/** A `journal.jsonl` that this server has not written to yet. */
@Injectable()
export class JournalTakeover {
  constructor(takeover: Takeover) {
    takeover.intoLog('journal.jsonl', 'journal', { [ENTRY]: { read: inherit } });
  }
}

function inherit(value: unknown, place: string): Inherited {
  const { tags, ...fields } = entry(value, place);
  const record: JournalEntry = { ...fields, tags: tags?.length ? tags : undefined };
  return identified(record);
}
