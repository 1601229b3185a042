import autocannon from 'autocannon';
import { Meter } from '../support/meter.ts';
import { cpuMicroseconds } from '../support/process-usage.ts';
import type { Load } from './loads.ts';

const WARM_UP_SECONDS = 1;

export interface Target {
  url: string;
  pid: number;
  token?: string;
}

export interface Figures {
  name: string;
  perSecond: number;
  /** In milliseconds. */
  p50: number;
  p99: number;
  /** CPU time of the server, in microseconds. */
  cpuPerRequest?: number;
  /** Answers other than 2xx, and requests without an answer. */
  errors: number;
}

/** Puts a load on a server, first for a moment that does not count. */
export async function measure(load: Load, target: Target, seconds: number): Promise<Figures> {
  await run(load, target, WARM_UP_SECONDS);
  return run(load, target, seconds);
}

export async function run(
  { name, connections, calls }: Load,
  { url, token, pid }: Target,
  seconds: number,
): Promise<Figures> {
  const credential = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const requests = calls.map(({ method, path, body }) => ({
    method,
    path,
    headers: body === undefined ? credential : { ...credential, 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
  }));
  const cpuBefore = cpuMicroseconds(pid);
  const meter = new Meter();
  const { duration, non2xx, errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const options = { url, connections, duration: seconds, requests };
    autocannon(options, (error: Error | null, result) => (error ? reject(error) : resolve(result)))
      // Its own histogram knows whole milliseconds only.
      .on('response', (_client, _status, _bytes, ms) => meter.record(ms));
  });
  const cpuAfter = cpuMicroseconds(pid);
  return {
    name: connections === 50 ? name : `${name}, ${connections} conn.`,
    perSecond: meter.requests / duration,
    p50: meter.percentile(50),
    p99: meter.percentile(99),
    cpuPerRequest:
      cpuBefore === undefined || cpuAfter === undefined ? undefined : (cpuAfter - cpuBefore) / meter.requests,
    errors: non2xx + errors,
  };
}
