import type { KeyedAnswer } from '../idempotency/attempt.js';

/** What a line says of the request that it came from, so that its answer can be given again. */
export interface LineRetry extends Pick<KeyedAnswer, 'key' | 'body' | 'at'> {
  /**
   * What stands around the JSON that the record gave, and so all of it where the answer does not hold that; absent when
   * that JSON is the answer.
   */
  answer?: string[];
  headers?: string;
}

const KEY = '_retry';
const MARK = `,"${KEY}":{`;

/** @param wire the JSON that the record gave when it was applied */
export function lineRetry({ key, body, at, answer, headers }: KeyedAnswer, wire: string): LineRetry {
  return {
    key,
    body,
    at,
    ...(answer !== wire && { answer: answer.split(wire) }),
    ...(headers !== null && { headers }),
  };
}

/** The opposite of {@link lineRetry}. */
export function keptAnswer({ key, body, at, answer, headers }: LineRetry, wire: string): KeyedAnswer {
  return { key, body, at, answer: answer?.join(wire) ?? wire, headers: headers ?? null };
}

/** A record's JSON with what is said of its request as the last key. */
export function withRetry(json: string, retry: LineRetry): string {
  return `${json.slice(0, -1)},"${KEY}":${JSON.stringify(retry)}}`;
}

/** The same as an object, to be written as one. */
export function retried(record: object, retry: LineRetry): object {
  return { ...record, [KEY]: retry };
}

/** The opposite of {@link withRetry}. */
export function withoutRetry(json: string): { json: string; retry?: LineRetry } {
  if (!json.includes(MARK)) return { json };
  const { [KEY]: retry } = JSON.parse(json) as { [KEY]?: LineRetry };
  // The text may also stand deeper inside, in what a client sent.
  if (typeof retry?.key !== 'string') return { json };
  const addition = `,"${KEY}":${JSON.stringify(retry)}}`;
  return json.endsWith(addition) ? { json: `${json.slice(0, -addition.length)}}`, retry } : { json };
}
