import { expect } from '@jest/globals';
import type { Response } from 'supertest';
import type { TestApp } from './app.js';
import type { FakeClock } from './fake-clock.js';

/** Matches an id in a whole-body assertion. */
export const anId: unknown = expect.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);

/** When a {@link FakeClock} begins. */
export const NOON = '2026-01-31T12:00:00.000Z';
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** Moves the clock on and gives its new time. */
export function later(clock: FakeClock, milliseconds: number): string {
  clock.time += milliseconds;
  return clock.timestamp();
}

/** What an answer to a creation is known to have. */
interface Made extends Record<string, unknown> {
  id: string;
}

/** What a new task has that nobody has to say. */
export const TASK_DEFAULTS = { version: 1, priority: 2, attempts: 0, maxAttempts: 3 };

/** Creates something and gives the body of the answer. */
export async function make(app: TestApp, path: string, body: object): Promise<Made> {
  const response = await app.api.post(path).send(body);
  expect([response.status, response.body]).toEqual([201, expect.anything()]);
  return response.body as Made;
}

/** A key, with what is secret about it. */
export async function makeKey(app: TestApp, fields: object = {}): Promise<Made & { key: string }> {
  return (await make(app, '/auth/keys', { name: 'ann', role: 'agent', ...fields })) as Made & { key: string };
}

export async function makeTask(app: TestApp, fields: object = {}): Promise<Made> {
  return make(app, '/board/tasks', { title: 'a task', createdBy: 'maker', ...fields });
}

export async function makeEvent(app: TestApp, fields: object = {}): Promise<Made> {
  return make(app, '/feed/events', { agent: 'maker', type: 'custom', summary: 'an event', ...fields });
}

export async function makeVm(app: TestApp, fields: object = {}): Promise<Made> {
  const vm = { id: 'vm-1', name: 'a vm', role: 'worker', address: 'vm-1.example', registeredBy: 'maker' };
  return make(app, '/registry/vms', { ...vm, ...fields });
}

export async function makeCommit(app: TestApp, fields: object = {}): Promise<Made> {
  return make(app, '/commits', { commitId: 'c-1', vmId: 'vm-1', ...fields });
}

export async function makeSkill(app: TestApp, fields: object = {}): Promise<Made> {
  return makeItem(app, 'items', fields);
}

/** A skill or an extension. */
export async function makeItem(app: TestApp, path: 'items' | 'extensions', fields: object = {}): Promise<Made> {
  const item = { name: 'review', description: 'how to', content: '# Review\n', publishedBy: 'maker' };
  return make(app, `/skills/${path}`, { ...item, ...fields });
}

/** The answers to a list's pages, from the first to the one that has no cursor to go on with. */
export async function walk(app: TestApp, path: string, between?: () => Promise<unknown>): Promise<Response[]> {
  const pages: Response[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const response: Response = await app.api.get(path).query({ cursor });
    expect(response.status).toBe(200);
    pages.push(response);
    cursor = cursorOf(response);
    if (cursor !== undefined) await between?.();
  }
  return pages;
}

function cursorOf({ headers, body }: Response): string | undefined {
  return (headers as Record<string, string>)['x-next-cursor'] ?? (body as { nextCursor?: string }).nextCursor;
}

/** Does `count` things, `width` at a time. */
export async function inParallel(count: number, width: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/**
 * What a list has under the ids of these records, to be held against them. `arrayContaining` compares each with each,
 * which takes seconds for some hundreds.
 */
export function foundIn(list: readonly unknown[], records: readonly unknown[]): unknown[] {
  const idOf = (record: unknown): string => (record as { id: string }).id;
  const byId = new Map(list.map((record) => [idOf(record), record]));
  return records.map((record) => byId.get(idOf(record)));
}
