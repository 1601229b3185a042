import { Actor } from '../../common/validation/actor.js';
import { Limit, FreeObject, OneOf, Parsed, QueryText, Text, Verbatim } from '../../common/validation/fields.js';
import { StreamQuery } from '../../common/sse/stream.dto.js';
import { parseInstant } from '../../common/validation/time.js';
import { isUlid } from '../../common/storage/id-source.js';
import { EVENT_TYPES, type EventType } from './event.entity.js';

export class PublishEvent {
  /**
   * Who says it.
   * @example builder-1
   */
  @Actor()
  agent!: string;

  /** @example finding */
  @OneOf(EVENT_TYPES, 'EventType')
  type!: EventType;

  /**
   * One line for people.
   * @example "The parser leaks file handles on errors"
   */
  @Text()
  summary!: string;

  /**
   * The rest of the story, kept to the byte.
   * @example "See src/parser.ts, line 120"
   */
  @Verbatim({ optional: true })
  detail?: string;

  /**
   * Anything for programs, nested at most 32 deep.
   * @example { "file": "src/parser.ts" }
   */
  @FreeObject({ optional: true })
  metadata?: Record<string, unknown>;
}

export class ListEvents {
  /** Only events of this agent. */
  @QueryText()
  agent?: string;

  /** Only events of this type. */
  @OneOf(EVENT_TYPES, 'EventType', { optional: true })
  type?: EventType;

  /**
   * Only events after this event id, or after this time; exclusive.
   * @example 2026-01-31T12:00:00Z
   */
  @Parsed((text) => (isUlid(text) ? text : parseInstant(text)), 'an event id or an ISO 8601 date or time')
  since?: string;

  /** How many events at most; the newest are kept. 50 when not given; 0 means 10,000. */
  @Limit(0)
  limit?: number;

  /** `X-Next-Cursor` of the answer before: goes on with older events. */
  @QueryText()
  cursor?: string;
}

export class StreamEvents extends StreamQuery {
  /** Only events of this agent. */
  @QueryText()
  agent?: string;
}
