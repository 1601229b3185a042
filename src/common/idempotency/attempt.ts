import { AsyncLocalStorage } from 'node:async_hooks';
import { DomainError } from '../errors/domain-error.js';
import { Answer } from '../http/answer.js';
import { Replay } from './replay.js';

/** For so long the same request gets its first answer again. */
const KEPT_MS = 24 * 60 * 60_000;

/** The answer to a request, as it is kept. */
export interface FirstAnswer {
  /** Stands for the body of the request. */
  body: string;
  answer: string;
  /** Headers of the answer, such as an `ETag`, as JSON. */
  headers: string | null;
}

/** The same with the key of the request. */
export interface KeyedAnswer extends FirstAnswer {
  key: string;
  /** When the request came. */
  at: string;
}

/** A request that its client may send again, because it has an `Idempotency-Key`. */
export class Attempt {
  /** True once a change of this very request was kept with the key: what it changes beside that is not looked at. */
  isKept = false;
  /** First answers from then or earlier count no more. */
  readonly forgottenUpTo: string;

  /**
   * @param key stands for the key, the route and the caller
   * @param body stands for the body
   * @param at when it came
   * @param status of the answers that its route gives
   */
  constructor(
    readonly key: string,
    readonly body: string,
    readonly at: string,
    private readonly status: number,
  ) {
    this.forgottenUpTo = forgottenUpTo(at);
  }

  /** @throws DomainError `key_reused` when the key came with another body */
  replay({ body, answer, headers }: FirstAnswer): Replay {
    this.assertSame(body);
    return new Replay(answer, this.status, JSON.parse(headers ?? '{}') as Record<string, string>);
  }

  /** What is to be kept of an {@link Answer}, or of what becomes one. */
  answeredWith(answer: unknown): KeyedAnswer {
    const { key, body, at } = this;
    return { key, body, at, ...asText(answer) };
  }

  /** @throws DomainError `key_reused` when the key came with another body */
  assertSame(body: string): void {
    if (body !== this.body) throw new DomainError('key_reused', 'this Idempotency-Key was used with another body');
  }
}

/** The time at which answers that are forgotten by now were given, or earlier. */
export function forgottenUpTo(now: string): string {
  return new Date(Date.parse(now) - KEPT_MS).toISOString();
}

const requests = new AsyncLocalStorage<{ attempt?: Attempt } | undefined>();

/** Handles a request in which {@link beginAttempt} may be called. */
export function runRequest(handle: () => void): void {
  requests.run({}, handle);
}

/** From now on the writers know that what this request changes belongs to the attempt. */
export function beginAttempt(attempt: Attempt): void {
  const request = requests.getStore();
  if (!request) throw new Error('an attempt begins within a request');
  request.attempt = attempt;
}

/** The attempt that the present request is, if it is one. */
export function currentAttempt(): Attempt | undefined {
  return requests.getStore()?.attempt;
}

/** Runs what is not the present request's alone, such as a writer's work, or a change that is to be made besides. */
export function outsideRequests<T>(run: () => T): T {
  return requests.run(undefined, run);
}

function asText(answer: unknown): Pick<FirstAnswer, 'answer' | 'headers'> {
  if (answer instanceof Answer) {
    const hasHeaders = Object.keys(answer.headers).length > 0;
    return { answer: answer.body.toString(), headers: hasHeaders ? JSON.stringify(answer.headers) : null };
  }
  const text = typeof answer === 'string' ? answer : (JSON.stringify(answer) as string | undefined);
  if (text === undefined) throw new Error('a change that stores a record must return the answer');
  return { answer: text, headers: null };
}
