import { Injectable } from '@nestjs/common';
import { id, instant, objectOf, optional, text } from '../../common/takeover/legacy-fields.js';
import { ENTRY, identified } from '../../common/takeover/legacy-items.js';
import { Takeover } from '../../common/takeover/takeover.js';
import type { LogEntry } from './log-entry.entity.js';

const entry = objectOf<LogEntry>({ id, timestamp: instant, text, agent: optional(text) });

/** A `log.jsonl` that this server has not written to yet. */
@Injectable()
export class LogTakeover {
  constructor(takeover: Takeover) {
    takeover.intoLog('log.jsonl', 'log', { [ENTRY]: { read: (value, place) => identified(entry(value, place)) } });
  }
}
