import type { Item } from './services.ts';

/** What is done to a task, one after the other; each step is all or nothing. */
export const TASK_STEPS: [path: string, body: object][] = [
  ['/notes', { author: 'a', content: 'a note', type: 'finding' }],
  ['/bump', {}],
  ['/review', { summary: 'done', artifacts: [{ type: 'branch', url: 'https://git.example/b', label: 'b' }] }],
];

/** How a task looks after so many steps. */
const STAGES = [
  { status: 'open', score: 0, notes: 0, artifacts: 0 },
  { status: 'open', score: 0, notes: 1, artifacts: 0 },
  { status: 'open', score: 1, notes: 1, artifacts: 0 },
  { status: 'in_review', score: 1, notes: 2, artifacts: 1 },
];

/** A task of which so many steps were acknowledged; one more may have been made when nothing answered the last. */
export interface TaskLife {
  mark: string;
  done: number;
  isInDoubt: boolean;
}

/** Looks whether each task is there, and as far as it was acknowledged. */
export function compareTasks(lives: ReadonlyMap<string, TaskLife>, tasks: Item[]): string[] {
  const stages = new Map(tasks.map((task) => [task['id'] as string, stageOf(task)]));
  const problems = [...lives].flatMap(([id, { done, isInDoubt }]) => {
    const stage = stages.get(id);
    if (stage === done || (isInDoubt && stage === done + 1)) return [];
    return [`board: ${id} is at step ${stage}, not ${done}${isInDoubt ? ' or the next' : ''}`];
  });
  if (stages.size < tasks.length) problems.push('board: a task is there twice');
  return problems;
}

function stageOf({ status, score, notes, artifacts }: Item): number {
  const [noteCount, artifactCount] = [notes, artifacts].map((list) => (list as unknown[]).length);
  return STAGES.findIndex(
    (stage) =>
      stage.status === status &&
      stage.score === score &&
      stage.notes === noteCount &&
      stage.artifacts === artifactCount,
  );
}
