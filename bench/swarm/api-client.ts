import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient, type Reply } from '../support/http-client.ts';
import type { Meter } from '../support/meter.ts';

const CONFLICT = 409;
const TRIES = 60;
const RETRY_MS = 500;
const RETRY_MAX_MS = 5000;
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** The server said no, in a way that trying again does not change. */
export class Refused extends Error {
  readonly status: number;
  /** What the server calls the reason, where it has a name. */
  readonly code?: string;

  constructor(call: string, { status, text }: Reply) {
    super(`${call} answered ${status}: ${text.slice(0, 200)}`);
    this.status = status;
    if (status === CONFLICT) this.code = (JSON.parse(text) as { code?: string }).code;
  }
}

/** The server could not be asked, or was too busy, again and again; nothing was written. */
export class Unreachable extends Error {}

/** The connection broke before the answer: nobody knows whether the change was made. */
export class InDoubt extends Error {}

/** The API as a patient client uses it: waits when it is told to, and never makes a change twice. */
export class ApiClient {
  private readonly http: HttpClient;
  private readonly meter: Meter;

  constructor(http: HttpClient, meter: Meter) {
    this.http = http;
    this.meter = meter;
  }

  async read<T>(path: string): Promise<T> {
    return JSON.parse((await this.call('GET', path)).text) as T;
  }

  /** A page of a bare array, with where the next one begins. */
  async page(path: string): Promise<{ items: unknown[]; nextCursor?: string }> {
    const { text, headers } = await this.call('GET', path);
    const next = headers['x-next-cursor'];
    return { items: JSON.parse(text) as unknown[], nextCursor: typeof next === 'string' ? next : undefined };
  }

  async write<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: object = {}): Promise<T> {
    return JSON.parse((await this.call(method, path, body)).text) as T;
  }

  private async call(method: string, path: string, body?: object): Promise<Reply> {
    // By its key the server knows a POST that it has had already, also when it was killed in between.
    const headers: Record<string, string> = method === 'POST' ? { 'Idempotency-Key': randomUUID() } : {};
    const isRepeatable = method === 'GET' || method === 'POST';
    let reason: unknown;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const startedAt = performance.now();
      try {
        const reply = await this.http.send(method, path, body, headers);
        this.meter.record(performance.now() - startedAt);
        if (reply.status < 400) return reply;
        if (reply.status !== CONFLICT) this.meter.errors += 1;
        reason = new Refused(`${method} ${path}`, reply);
        if (!isPassing(reply)) throw reason;
        await sleep(retryAfterMs(reply));
      } catch (error) {
        if (error instanceof Refused) throw error;
        this.meter.errors += 1;
        reason = error;
        const isUnsent = NEVER_SENT.has((error as NodeJS.ErrnoException).code ?? '');
        if (!isUnsent && !isRepeatable) throw new InDoubt(`${method} ${path}`, { cause: error });
        await sleep(RETRY_MS);
      }
    }
    const message = `${method} ${path} failed ${TRIES} times: ${String(reason)}`;
    throw method === 'POST' ? new InDoubt(message, { cause: reason }) : new Unreachable(message, { cause: reason });
  }
}

/** Refused for now: too much to do, or the same request is still being answered. */
function isPassing({ status, headers }: Reply): boolean {
  return status === 503 || status === 429 || (status === CONFLICT && headers['retry-after'] !== undefined);
}

function retryAfterMs({ headers }: Reply): number {
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? Math.min(seconds * 1000, RETRY_MAX_MS) : RETRY_MS;
}
