import autocannon from 'autocannon';
import { Meter } from '../support/meter.ts';
import { cpuMicroseconds } from '../support/process-usage.ts';
import { BASELINES, type Load } from './loads.ts';

const WARM_UP_SECONDS = 1;
const BARE_SECONDS = 1;

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

/** Figures beside those of the bare server: how many times its requests, its CPU time, and what it did. */
export interface Compared extends Figures {
  toBare: number;
  cpuToBare: number;
  bare: number;
  load: Load;
}

/** The same with the bare server before and after, as machines do not stay equally fast; first for a moment that does not count. */
export async function compare(load: Load, target: Target, bare: Target, seconds: number): Promise<Compared> {
  await run(load, target, WARM_UP_SECONDS);
  const before = await run(BASELINES[load.baseline], bare, BARE_SECONDS);
  const figures = await run(load, target, seconds);
  const after = await run(BASELINES[load.baseline], bare, BARE_SECONDS);
  const mean = (of: (figures: Figures) => number): number => (of(before) + of(after)) / 2;
  return {
    ...figures,
    toBare: figures.perSecond / mean(({ perSecond }) => perSecond),
    cpuToBare: mean(({ cpuPerRequest = NaN }) => cpuPerRequest) / (figures.cpuPerRequest ?? NaN),
    bare: mean(({ perSecond }) => perSecond),
    load,
  };
}

async function run({ name, connections, calls }: Load, { url, token, pid }: Target, seconds: number): Promise<Figures> {
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
