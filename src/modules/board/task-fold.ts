import type { TaskChange, TaskHead } from './task.entity.js';

/** A task as the index keeps it: text that is put together to its JSON without being parsed. */
export interface StoredTask {
  /** The JSON of the {@link TaskHead} without its closing brace. */
  head: string;
  /** The JSON of each note, separated by commas. */
  notes: string;
  /** The JSON of each artifact, separated by commas. */
  artifacts: string;
}

export function taskJson({ head, notes, artifacts }: StoredTask): string {
  return `${head},"notes":[${notes}],"artifacts":[${artifacts}]}`;
}

export function parseHead({ head }: StoredTask): TaskHead {
  return JSON.parse(`${head}}`) as TaskHead;
}

/** What a task is after a change; only its head is parsed, however many notes it has. */
export function applyChange(task: StoredTask | undefined, change: TaskChange): { head: TaskHead; stored: StoredTask } {
  const before = task ? parseHead(task) : { id: change.task };
  const taken = Object.fromEntries((change.unset ?? []).map((field) => [field, undefined]));
  const head = { ...before, ...change.set, ...taken, updatedAt: change.at } as TaskHead;
  const stored = {
    head: JSON.stringify(head).slice(0, -1),
    notes: joined(task?.notes, change.notes),
    artifacts: joined(task?.artifacts, change.artifacts),
  };
  return { head, stored };
}

function joined(before = '', added: object[] = []): string {
  return [...(before === '' ? [] : [before]), ...added.map((item) => JSON.stringify(item))].join(',');
}
