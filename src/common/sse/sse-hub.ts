import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import { SseReader } from './sse-reader.js';

const JOIN_MS = 10;
const SWEEP_MS = 1000;
const COMMENT_EVERY_SWEEPS = 12;
const RETRY_MS = 2000;
const PAGE_MAX_EVENTS = 500;
const PAGE_MAX_CHARACTERS = 256 << 10;

const RESET = 'event: reset\ndata: {}\n\n';
const COMMENT = ':\n\n';

export interface StreamEvent {
  id: string;
  json: string;
}

/** Where a stream's events come from. `live$` must emit in the very turn in which `after` begins to return the event. */
export interface StreamSource {
  live$: Observable<StreamEvent & { topic: string }>;
  cleared$: Observable<void>;
  /** Stored events with a larger id, by id, at most `limit`; of one topic, or of all. */
  after(id: string, topic: string | undefined, limit: number): Iterable<StreamEvent>;
  has(id: string): boolean;
}

export interface StreamOptions {
  /** Id of the event seen last; without it only new events are sent. */
  cursor?: string;
  /** Only events of this topic. */
  topic?: string;
  /** Sent before everything else. */
  greeting?: string;
}

/** The readers that get the same bytes, and what they have yet to be sent. */
interface Audience {
  readers: Set<SseReader>;
  pending: string;
}

/**
 * Sends one source's events to any number of readers. An event is made into text once, and those of some 10 ms go out
 * in one write. A reader with a cursor first gets the stored events page by page and joins the live ones in the very
 * turn in which a page comes back short: nothing is lost, doubled, out of order, or kept in memory meanwhile.
 */
export class SseHub {
  private readonly audiences = new Map<string | undefined, Audience>();
  private readonly replaying = new Set<SseReader>();
  private readonly sweeper: NodeJS.Timeout;
  private flushTimer?: NodeJS.Timeout;
  private sweeps = 0;
  private isEnded = false;

  constructor(private readonly source: StreamSource) {
    source.live$.subscribe((event) => this.publish(event));
    source.cleared$.subscribe(() => this.reset());
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** Answers a request with the stream; it goes on until one side ends it. */
  open(request: Request, response: Response, { cursor, topic, greeting = '' }: StreamOptions): void {
    const reader = new SseReader(request, response, topic);
    if (this.isEnded || request.method === 'HEAD') {
      reader.end();
      return;
    }
    reader.onClose(() => this.leave(reader));
    reader.write(`retry: ${RETRY_MS}\n\n${greeting}`);
    if (!cursor) {
      this.join(reader);
      return;
    }
    if (!this.source.has(cursor)) reader.write(RESET);
    this.replaying.add(reader);
    // Reading the storage is the only thing here that can fail; the reader then comes back with its cursor.
    this.replay(reader, cursor).catch(() => reader.end());
  }

  /** Tells all readers something that is no event of the source: it has a name, no id, and is not repeated. */
  tell(name: string, data: string): void {
    this.flush();
    for (const reader of this.readers()) reader.write(`event: ${name}\ndata: ${data}\n\n`);
  }

  /** Sends what is pending and ends all streams, now and from now on. */
  end(): void {
    this.isEnded = true;
    this.flush();
    clearInterval(this.sweeper);
    for (const reader of this.readers()) reader.end();
  }

  private async replay(reader: SseReader, cursor: string): Promise<void> {
    let after = cursor;
    while (reader.isOpen) {
      const { text, last, isShort } = this.page(after, reader.topic);
      if (text !== '') reader.write(text);
      if (isShort) {
        this.join(reader);
        return;
      }
      after = last;
      await reader.ready();
    }
  }

  private page(after: string, topic: string | undefined): { text: string; last: string; isShort: boolean } {
    let text = '';
    let last = after;
    let count = 0;
    for (const event of this.source.after(after, topic, PAGE_MAX_EVENTS)) {
      text += frame(event);
      last = event.id;
      count += 1;
      if (text.length > PAGE_MAX_CHARACTERS) return { text, last, isShort: false };
    }
    return { text, last, isShort: count < PAGE_MAX_EVENTS };
  }

  private join(reader: SseReader): void {
    this.replaying.delete(reader);
    if (!reader.isOpen) return;
    let audience = this.audiences.get(reader.topic);
    if (!audience) this.audiences.set(reader.topic, (audience = { readers: new Set(), pending: '' }));
    // What is pending was stored before this reader joined, so its replay has it already.
    send(audience);
    audience.readers.add(reader);
  }

  private leave(reader: SseReader): void {
    this.replaying.delete(reader);
    const audience = this.audiences.get(reader.topic);
    audience?.readers.delete(reader);
    if (audience?.readers.size === 0) this.audiences.delete(reader.topic);
  }

  private publish(event: StreamEvent & { topic: string }): void {
    const interested = [this.audiences.get(undefined), this.audiences.get(event.topic)];
    if (!interested.some(Boolean)) return;
    const text = frame(event);
    for (const audience of interested) if (audience) audience.pending += text;
    this.flushTimer ??= setTimeout(() => this.flush(), JOIN_MS);
  }

  private flush(): void {
    clearTimeout(this.flushTimer);
    this.flushTimer = undefined;
    for (const audience of this.audiences.values()) send(audience);
  }

  private reset(): void {
    this.flush();
    for (const reader of this.readers()) reader.write(RESET);
  }

  private sweep(): void {
    this.sweeps += 1;
    const isCommentDue = this.sweeps % COMMENT_EVERY_SWEEPS === 0;
    const now = performance.now();
    for (const reader of this.readers()) {
      reader.cutOffIfStuck(now);
      if (isCommentDue) reader.write(COMMENT);
    }
  }

  private *readers(): Iterable<SseReader> {
    yield* this.replaying;
    for (const { readers } of this.audiences.values()) yield* readers;
  }
}

function send(audience: Audience): void {
  if (audience.pending === '') return;
  const data = Buffer.from(audience.pending);
  audience.pending = '';
  for (const reader of audience.readers) reader.write(data);
}

function frame({ id, json }: StreamEvent): string {
  return `id: ${id}\ndata: ${json}\n\n`;
}
