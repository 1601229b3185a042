import type { Request } from 'express';
import { isUlid } from '../storage/id-source.js';
import { Parsed } from '../validation/fields.js';

/** Where a stream is to begin. */
export class StreamQuery {
  /**
   * Id of the event seen last; the header `Last-Event-ID` beats it.
   * @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB
   */
  @Parsed((text) => (isUlid(text) ? text : undefined), 'an event id')
  since?: string;
}

/** A cursor that no event has, so that all of them follow the reset. */
const BEFORE_ALL = '0';

/** `Last-Event-ID` beats `since`, because a browser that reconnects repeats the URL it began with. */
export function streamCursor(request: Request, { since }: StreamQuery): string | undefined {
  const lastSeen = request.get('Last-Event-ID') || since;
  return lastSeen && (isUlid(lastSeen) ? lastSeen.toUpperCase() : BEFORE_ALL);
}
