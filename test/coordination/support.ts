import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpClient, Reply } from '../../bench/support/http-client.ts';
import type { TaskChange } from '../../src/modules/board/task.entity.ts';

/** A claim that somebody was told to have won. */
export interface Won {
  task: string;
  agent: string;
  fence: number;
}

/** The board's log, as text: the truth that answers are held against. */
export function changesIn(dataDir: string): TaskChange[] {
  const lines = readFileSync(join(dataDir, 'board.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as TaskChange);
}

/** Every claim that is on the disk. */
export function claimsIn(dataDir: string): Won[] {
  return changesIn(dataDir).flatMap(({ task, action, set }) =>
    action === 'claim' && set?.lease ? [{ task, agent: set.lease.agent, fence: set.lease.fence }] : [],
  );
}

export async function createTasks(http: HttpClient, count: number, fields: object = {}): Promise<string[]> {
  const create = (): Promise<Reply> => http.send('POST', '/board/tasks', { title: 't', createdBy: 'me', ...fields });
  const replies = await Promise.all(Array.from({ length: count }, create));
  return replies.map(({ text }) => (JSON.parse(text) as { id: string }).id);
}

/** What a claim won; `undefined` when it won nothing. */
export function wonBy(agent: string, { text }: Reply): Won | undefined {
  const { task, lease } = JSON.parse(text) as { task?: { id: string } | null; lease?: { fence: number } };
  return task && lease ? { task: task.id, agent, fence: lease.fence } : undefined;
}

export const inOrder = (claims: Won[]): Won[] => claims.toSorted((a, b) => (a.task < b.task ? -1 : 1));
