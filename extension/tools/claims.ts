/** Claims: which tasks of the board are this agent's, until it finishes them or gives them back. */

import type { Claim, NextClaim, Task, TaskList } from '../contract.ts';
import { list, optional, text, whole } from '../schema.ts';
import { taskLine, taskLines, taskPath } from './task-lines.ts';
import { tool } from './tool.ts';
import { listed, paged, paging } from './wording.ts';

const WAIT_MAX_SECONDS = 60;
const taskId = text('Id of the task');

export const claimTools = [
  tool({
    name: 'board_next',
    does: 'Take the next task that is ready: nobody else gets it while you work on it.',
    when: 'Use board_next to get work; finish it with board_complete or board_submit_for_review, or give it back.',
    takes: {
      tags: optional(list(text('A tag'), 'Only tasks with one of these tags')),
      waitSeconds: optional(whole('How long to wait for one if none is ready', 0, WAIT_MAX_SECONDS)),
    },
    async run(input, { client, leases }, signal) {
      const claim = { ...leases.claimer, ...input };
      const { body } = await client.waiting(input.waitSeconds).post<NextClaim>('/board/claim', claim, signal);
      if (body.task === null) return { text: NO_TASK[body.reason], body };
      leases.keep(body);
      return { text: yours(body.task), body };
    },
  }),
  tool({
    name: 'board_claim',
    does: 'Take a certain task: nobody else gets it while you work on it.',
    when: 'Use board_claim before you work on a task that board_next did not give you.',
    takes: { taskId },
    async run({ taskId: id }, { client, leases }, signal) {
      const { body } = await client.post<Claim>(taskPath(id, 'claim'), leases.claimer, signal);
      leases.keep(body);
      return { text: yours(body.task), body };
    },
  }),
  tool({
    name: 'board_release',
    does: 'Give a task back that you have taken; it is open again.',
    when: 'Use board_release when you cannot go on with a task but another agent can; board_fail when it cannot be done so.',
    takes: { taskId, reason: optional(text('Why, and how far it got; kept as a note')) },
    async run({ taskId: id, ...release }, { client, leases }, signal) {
      const body = await leases.asHolder(id, (fence) =>
        client.post(taskPath(id, 'release'), { ...release, fence }, signal),
      );
      return { text: `Given back: ${taskLine(body)}`, body };
    },
  }),
  tool({
    name: 'board_complete',
    does: 'Finish a task that you have taken: it is done.',
    when: 'Use board_complete when the work is done and nobody needs to review it.',
    takes: { taskId, summary: optional(text('What was done; kept as a note')) },
    async run({ taskId: id, ...completion }, { client, leases }, signal) {
      const path = taskPath(id, 'complete');
      const body = await leases.asHolder(id, (fence) => client.post(path, { ...completion, fence }, signal));
      return { text: `Done: ${taskLine(body)}`, body };
    },
  }),
  tool({
    name: 'board_fail',
    does: 'Give up a task that you have taken: the attempt counts, and after some of them it is set aside.',
    when: 'Use board_fail when you tried and it does not work as the task is; say why, for whoever tries next.',
    takes: { taskId, reason: text('What was tried and why it failed; kept as a note') },
    async run({ taskId: id, reason }, { client, leases }, signal) {
      const body = await leases.asHolder(id, (fence) => client.post(taskPath(id, 'fail'), { reason, fence }, signal));
      const count = `attempt ${body.attempts} of ${body.maxAttempts}`;
      return { text: `${body.deadLetter ? 'Set aside' : 'Open again'}, ${count}: ${taskLine(body)}`, body };
    },
  }),
  tool({
    name: 'board_ready',
    does: 'List the tasks that can be begun: open, held by nobody, waiting for nothing; the next one first.',
    when: 'Use board_ready to see what board_next would give, without taking it.',
    takes: { tag: optional(text('Only tasks with this tag')), ...paging },
    async run(query, { client }, signal) {
      const { body } = await client.get<TaskList>('/board/ready', paged(query), signal);
      const { tasks, nextCursor } = body;
      return { text: listed(tasks, taskLines, { none: 'No task is ready.', nextCursor }), body };
    },
  }),
];

const NO_TASK = {
  none_ready: 'No task is ready: all are done, held by others, or wait for tasks that are.',
  at_capacity: 'You hold as many tasks as an agent may: finish one, or give one back.',
};

function yours(task: Task): string {
  return `Yours, until you finish it or give it back: ${taskLines(task)}`;
}
