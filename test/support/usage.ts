import { NOON } from './make.js';

type Counts = Record<'input' | 'output' | 'cacheRead' | 'cacheWrite' | 'total', number>;

const all = (count: number): Counts => ({
  input: count,
  output: count,
  cacheRead: count,
  cacheWrite: count,
  total: count,
});

export const tokens = all;
export const costs = all;
export const NO_COUNTS = all(0);

/** The same counts so many times. */
export function countsOf(counts: Counts, times: number): Counts {
  const products = Object.entries(counts).map(([name, count]) => [name, count * times]);
  return Object.fromEntries(products) as Counts;
}

const LEAST_SESSION = {
  sessionId: 'session-1',
  agent: 'builder-1',
  model: 'claude-opus-4',
  tokens: { input: 1200, output: 340, cacheRead: 52_000, cacheWrite: 8000, total: 61_540 },
  cost: { input: 0.018, output: 0.0255, cacheRead: 0.078, cacheWrite: 0.15, total: 0.2715 },
  turns: 14,
  startedAt: NOON,
  endedAt: '2026-01-31T12:20:00.000Z',
};

const SESSION = { ...LEAST_SESSION, toolCalls: { read: 12, bash: 7 } };

/** No more than an agent has to send about a session. */
export function leastSession(): typeof LEAST_SESSION {
  return { ...LEAST_SESSION };
}

/** What an agent sends about a session. */
export function sessionBody<F extends object>(fields?: F): typeof SESSION & F {
  return { ...SESSION, ...fields } as typeof SESSION & F;
}

/** What an agent sends about a VM. */
export function vmBody<F extends object>(fields?: F): object & F {
  return { vmId: 'vm-1', role: 'worker', agent: 'builder-1', createdAt: NOON, ...fields } as object & F;
}
