import { isDeepStrictEqual } from 'node:util';
import type { Task } from '../../src/modules/board/task.entity.ts';
import { inParallel } from '../support/in-parallel.ts';
import { type ApiClient, Refused } from './api-client.ts';
import { artifactText, type KnownTask, type Ledger, noteText } from './ledger.ts';
import type { Finding } from './verification.ts';

const READERS = 16;

/** Reads each task by its id and compares it with the state that this run left it in. */
export async function checkTasks(client: ApiClient, { tasks, leases }: Ledger): Promise<Finding> {
  const problems: string[] = [];
  let found = 0;
  await inParallel(tasks.values(), READERS, async (known) => {
    const task = await find(client, known.fields.id);
    if (!task) {
      problems.push(`board: ${known.fields.id} is missing`);
      return;
    }
    found += 1;
    // A claim that was never answered may have ended by itself since, and an assignee with it.
    const expected = leases.inDoubt > 0 && task.assignee === undefined ? withoutAssignee(known) : known;
    problems.push(...(known.isInDoubt ? [] : differences(task, expected)));
  });
  return { what: 'tasks', expected: tasks.size, found, problems };
}

async function find(client: ApiClient, id: string): Promise<Task | undefined> {
  try {
    return await client.read<Task>(`/board/tasks/${id}`);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
}

function withoutAssignee(known: KnownTask): KnownTask {
  return { ...known, fields: { ...known.fields, assignee: undefined } };
}

function differences(task: Task, { fields, notes, artifacts }: KnownTask): string[] {
  const expected: Record<string, unknown> = {
    ...fields,
    // Others may have added theirs in between, so the order is the server's alone.
    notes: notes.toSorted(),
    artifacts: artifacts.toSorted(),
  };
  const actual: Record<string, unknown> = {
    ...task,
    // What the server itself says of leases that ended is not ours.
    notes: task.notes
      .filter(({ author }) => author !== 'system')
      .map(noteText)
      .sort(),
    artifacts: task.artifacts.map(artifactText).sort(),
  };
  return Object.entries(expected).flatMap(([field, value]) => {
    if (isDeepStrictEqual(actual[field], value)) return [];
    return [`board: ${task.id} has ${field} ${JSON.stringify(actual[field])}, not ${JSON.stringify(value)}`];
  });
}
