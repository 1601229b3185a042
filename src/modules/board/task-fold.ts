import type { TaskChange, TaskHead } from './task.entity.js';

/** A task as the index keeps it: text that is put together to its JSON without being parsed. */
export interface StoredTask {
  /** The JSON of the {@link TaskHead} without its closing brace. */
  head: string;
  /** The JSON of the list of what it waits for; empty when that is nothing. */
  blocked_by: string;
  /** The JSON of each note, separated by commas. */
  notes: string;
  /** The JSON of each artifact, separated by commas. */
  artifacts: string;
}

export function taskJson({ head, blocked_by, notes, artifacts }: StoredTask): string {
  const blockedBy = blocked_by === '' ? '' : `,"blockedBy":${blocked_by}`;
  return `${head}${blockedBy},"notes":[${notes}],"artifacts":[${artifacts}]}`;
}

export function parseHead({ head }: Pick<StoredTask, 'head'>): TaskHead {
  return JSON.parse(`${head}}`) as TaskHead;
}

/** What the head of a task is after a change; what was never said, as in a predecessor's tasks, has its default. */
export function headAfter(before: TaskHead | undefined, { task, set, unset = [], action, at }: TaskChange): TaskHead {
  const taken = Object.fromEntries(unset.map((field) => [field, undefined]));
  const { version = 0, priority = 2, attempts = 0, maxAttempts = 3, ...fields } = { ...before, ...set };
  const head = { id: task, ...fields, ...taken, priority, attempts, maxAttempts, version } as TaskHead;
  // A renewal tells that the holder is still there, which changes nothing about the task.
  if (action === 'renew') return head;
  // What begins a compacted log says which version it is.
  return { ...head, version: set?.version ?? version + 1, updatedAt: at };
}

/** Appends to a list that is kept as the JSON of its items, separated by commas. */
export function withItems(before = '', added: object[] = []): string {
  return [...(before === '' ? [] : [before]), ...added.map((item) => JSON.stringify(item))].join(',');
}
