import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '../../../bench/support/http-client.ts';
import { Meter } from '../../../bench/support/meter.ts';

const CALL_EVERY_MS = 5;
const SUMMARY = 'The parser leaks file handles on errors, and nobody has looked at it since. '.repeat(10);

/** Reads and writes at a steady pace, whatever the answers take, and measures them. */
export async function steadyLoad(http: HttpClient, seconds: number): Promise<Meter> {
  const meter = new Meter();
  const calls: Promise<void>[] = [];
  const end = performance.now() + seconds * 1000;
  for (let i = 0; performance.now() < end; i += 1) {
    calls.push(call(http, i, meter));
    await sleep(CALL_EVERY_MS);
  }
  await Promise.all(calls);
  return meter;
}

async function call(http: HttpClient, i: number, meter: Meter): Promise<void> {
  const startedAt = performance.now();
  const reply = await (
    i % 2 === 0
      ? http.send('POST', '/feed/events', { agent: `agent-${i % 20}`, type: 'custom', summary: SUMMARY })
      : http.send('GET', '/feed/events?limit=20')
  ).catch(() => undefined);
  meter.record(performance.now() - startedAt);
  if (reply === undefined || reply.status >= 300) meter.errors += 1;
}
