import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '../support/http-client.ts';
import { inParallel, range } from '../support/in-parallel.ts';
import { Meter } from '../support/meter.ts';
import { cpuMicroseconds } from '../support/process-usage.ts';
import type { Figures, Target } from './measure.ts';
import { event, post } from './seed.ts';

const READERS = 300;
const PUBLISHERS = 10;
const STEADY_READERS = 1000;
const STEADY_PER_SECOND = 200;
/** Every so many readers take the time; the others only count. */
const SAMPLED_EVERY = 50;
const EVENT_START = Buffer.from('id: 0');
/** Published events that the slowest reader may lack before publishing waits. */
const BACKLOG_MAX = 100;
const DRAIN_MAX_MS = 10_000;
const FRAME_END = Buffer.from('\n\n');
const COLON = ':'.charCodeAt(0);
const RETRY = 'r'.charCodeAt(0);

/** Publishes as fast as all readers of the feed's stream can take it, and counts what reaches them. */
export async function measureFanOut(client: HttpClient, pid: number, seconds: number): Promise<Figures> {
  const latency = new Meter();
  const sentAt = new Map<string, number>();
  const streams: IncomingMessage[] = [];
  await inParallel(range(READERS), PUBLISHERS, async () => {
    streams.push(await client.open('/feed/stream'));
  });
  const readers = streams.map((stream) => new FrameCounter(stream));
  streams[0]?.on('data', (chunk: Buffer) => {
    for (const [, mark = ''] of chunk.toString().matchAll(/"mark":"(\w+)"/g)) {
      latency.record(performance.now() - (sentAt.get(mark) ?? 0));
    }
  });
  let published = 0;
  const behind = (): number => published - Math.min(...readers.map(({ frames }) => frames));
  const cpuBefore = cpuMicroseconds(pid);
  const startedAt = performance.now();
  await inParallel(range(PUBLISHERS), PUBLISHERS, async (publisher) => {
    for (let i = 0; performance.now() - startedAt < seconds * 1000; i += 1) {
      while (behind() > BACKLOG_MAX) await sleep(1);
      const mark = `m${publisher}x${i}`;
      sentAt.set(mark, performance.now());
      published += 1;
      await post(client, '/feed/events', { ...event(i), metadata: { mark } });
    }
  });
  const deadline = performance.now() + DRAIN_MAX_MS;
  while (behind() > 0 && performance.now() < deadline) await sleep(5);
  const elapsed = (performance.now() - startedAt) / 1000;
  const cpuAfter = cpuMicroseconds(pid);
  for (const stream of streams) stream.destroy();

  const delivered = readers.reduce((sum, { frames }) => sum + frames, 0);
  return {
    name: `SSE deliveries, ${READERS} readers`,
    perSecond: delivered / elapsed,
    p50: latency.percentile(50),
    p99: latency.percentile(99),
    cpuPerRequest: cpuBefore === undefined || cpuAfter === undefined ? undefined : (cpuAfter - cpuBefore) / delivered,
    errors: Math.abs(published * READERS - delivered),
  };
}

/** Publishes at a steady rate to many readers, on raw connections as so many clients would keep this process busy. */
export async function measureSteadyFanOut(client: HttpClient, target: Target, seconds: number): Promise<Figures> {
  const latency = new Meter();
  const sentAt = new Map<string, number>();
  const { hostname, port, host } = new URL(target.url);
  let delivered = 0;
  const sockets: Socket[] = [];
  await inParallel(range(STEADY_READERS), PUBLISHERS, async (i) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    sockets.push(socket);
    socket.write(`GET /feed/stream HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${target.token}\r\n\r\n`);
    await once(socket, 'data');
    socket.on('data', (chunk: Buffer) => {
      for (let at = chunk.indexOf(EVENT_START); at !== -1; at = chunk.indexOf(EVENT_START, at + 1)) delivered += 1;
      if (i % SAMPLED_EVERY !== 0) return;
      for (const [, mark = ''] of chunk.toString().matchAll(/"mark":"(\w+)"/g)) {
        latency.record(performance.now() - (sentAt.get(mark) ?? 0));
      }
    });
  });
  const cpuBefore = cpuMicroseconds(target.pid) ?? NaN;
  const startedAt = performance.now();
  const published = Math.round(seconds * STEADY_PER_SECOND);
  await Promise.all(
    range(published).map(async (i) => {
      await sleep((i * 1000) / STEADY_PER_SECOND);
      sentAt.set(`s${i}`, performance.now());
      await post(client, '/feed/events', { ...event(i), metadata: { mark: `s${i}` } });
    }),
  );
  const deadline = performance.now() + DRAIN_MAX_MS;
  while (delivered < published * STEADY_READERS && performance.now() < deadline) await sleep(5);
  const elapsed = (performance.now() - startedAt) / 1000;
  const cpu = (cpuMicroseconds(target.pid) ?? NaN) - cpuBefore;
  for (const socket of sockets) socket.destroy();
  return {
    name: `SSE, ${STEADY_READERS} readers × ${STEADY_PER_SECOND} events/s`,
    perSecond: delivered / elapsed,
    p50: latency.percentile(50),
    p99: latency.percentile(99),
    cpuPerRequest: cpu / delivered,
    errors: Math.abs(published * STEADY_READERS - delivered),
  };
}

/** Counts events without reading them, so that the readers' work does not hide the server's. */
class FrameCounter {
  frames = 0;
  private isAtStart = true;
  private endsInNewline = false;

  constructor(stream: IncomingMessage) {
    stream.on('data', (chunk: Buffer) => this.count(chunk));
    // A reader that is cut off shows as deliveries that are missing.
    stream.on('error', () => undefined);
  }

  private count(chunk: Buffer): void {
    // Only the stream's greeting and comments are frames without an event; each comes in a chunk of its own or first in one.
    if (this.isAtStart && (chunk[0] === COLON || chunk[0] === RETRY)) this.frames -= 1;
    if (this.endsInNewline && chunk[0] === FRAME_END[0]) this.frames += 1;
    let end = chunk.indexOf(FRAME_END);
    for (; end !== -1; end = chunk.indexOf(FRAME_END, end + FRAME_END.length)) this.frames += 1;
    this.endsInNewline = chunk.at(-1) === FRAME_END[0] && chunk.at(-2) !== FRAME_END[0];
    this.isAtStart = chunk.at(-1) === FRAME_END[0];
  }
}
