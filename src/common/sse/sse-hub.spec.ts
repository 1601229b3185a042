import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Request, Response } from 'express';
import { EventEmitter } from 'node:events';
import { Subject } from 'rxjs';
import { SseHub, StreamEvent } from './sse-hub.js';

/** Events that are stored and announced in one turn, as the record log does it, and tell when a page is read. */
class HandDrivenSource {
  readonly live$ = new Subject<StreamEvent & { topic: string }>();
  readonly cleared$ = new Subject<void>();
  onPage: () => void = () => undefined;
  private readonly events: StreamEvent[] = [];

  publish(): void {
    const event = { id: String(this.events.length + 1).padStart(4, '0'), json: '{}', topic: 'a' };
    this.events.push(event);
    this.live$.next(event);
  }

  after(id: string, _topic: string | undefined, limit: number): StreamEvent[] {
    const page = this.events.filter((event) => event.id > id).slice(0, limit);
    this.onPage();
    return page;
  }

  has(id: string): boolean {
    return this.events.some((event) => event.id === id);
  }
}

/** As much of a response as a reader touches. */
class FakeResponse extends EventEmitter {
  text = '';
  destroyed = false;
  writableEnded = false;
  writableNeedDrain = false;
  writableLength = 0;
  writeHead(): void {
    this.text = '';
  }
  write(data: string | Buffer): void {
    this.text += data.toString();
  }
  end(): void {
    this.writableEnded = true;
    this.emit('close');
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
  get ids(): string[] {
    return [...this.text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '');
  }
}

const REQUEST = {
  method: 'GET',
  socket: { setNoDelay: () => undefined, setTimeout: () => undefined },
} as unknown as Request;
const upTo = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i + 1).padStart(4, '0'));

let source: HandDrivenSource;
let hub: SseHub;
let response: FakeResponse;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
  source = new HandDrivenSource();
  hub = new SseHub(source);
  response = new FakeResponse();
});

afterEach(() => {
  hub.end();
  jest.useRealTimers();
});

function open(cursor?: string): void {
  hub.open(REQUEST, response as unknown as Response, { cursor });
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  jest.advanceTimersByTime(20);
}

describe('SseHub', () => {
  it.each([
    ['in the turn after the last page', (publish: () => void) => queueMicrotask(publish)],
    ['some turns after it', (publish: () => void) => setImmediate(publish)],
  ])('loses and doubles nothing that is published %s', async (_, when) => {
    for (let i = 0; i < 1200; i += 1) source.publish();
    source.onPage = () => when(() => source.publish());
    open('0000');
    await settle();
    source.onPage = () => undefined;
    await settle();
    expect(response.ids).toEqual(upTo(response.ids.length));
    expect(response.ids.length).toBeGreaterThan(1200);
    source.publish();
    await settle();
    expect(response.ids).toEqual(upTo(response.ids.length));
    expect(source.has(response.ids.at(-1) ?? '')).toBe(true);
  });

  it('joins what arrives within some milliseconds into one write', async () => {
    open();
    const write = jest.spyOn(response, 'write');
    for (let i = 0; i < 100; i += 1) source.publish();
    await settle();
    expect([write.mock.calls.length, response.ids]).toEqual([1, upTo(100)]);
  });

  it('sends a comment at least every 15 seconds', () => {
    open();
    const before = response.text;
    jest.advanceTimersByTime(15_000);
    expect(response.text.slice(before.length)).toBe(':\n\n');
  });

  it('cuts off a reader that has more than 1 MiB waiting when more is to come', async () => {
    open();
    response.writableLength = (1 << 20) + 1;
    await settle();
    expect(response.destroyed).toBe(false);
    source.publish();
    await settle();
    expect(response.destroyed).toBe(true);
  });

  it('cuts off a reader that takes nothing for 10 seconds, and not one that drains in between', () => {
    open();
    response.writableNeedDrain = true;
    jest.advanceTimersByTime(9_000);
    response.writableNeedDrain = false;
    jest.advanceTimersByTime(1_000);
    response.writableNeedDrain = true;
    jest.advanceTimersByTime(10_000);
    expect(response.destroyed).toBe(false);
    jest.advanceTimersByTime(1_500);
    expect(response.destroyed).toBe(true);
  });

  it('ends every stream with what was pending, and opens none any more', () => {
    open();
    source.publish();
    hub.end();
    expect([response.ids, response.writableEnded]).toEqual([upTo(1), true]);
    response = new FakeResponse();
    open();
    expect(response.writableEnded).toBe(true);
  });

  it('leaves no listener behind on a response it waits for', async () => {
    for (let i = 0; i < 1200; i += 1) source.publish();
    source.onPage = () => (response.writableNeedDrain = true);
    open('0000');
    for (let page = 0; page < 5; page += 1) {
      await settle();
      response.emit('drain');
    }
    await settle();
    expect([response.listenerCount('drain'), response.listenerCount('close')]).toEqual([0, 1]);
  });
});
