/** The board: the swarm's tasks. */

import { ARTIFACT_TYPES, type Note, NOTE_TYPES, type Task, TASK_STATUSES, type TaskList } from '../contract.ts';
import { choice, list, optional, record, text, textOrNull, whole } from '../schema.ts';
import { taskLine, taskLines, taskPath } from './task-lines.ts';
import { tool } from './tool.ts';
import { listed, paged, paging } from './wording.ts';

const status = choice(TASK_STATUSES, 'Where the task stands');
const tags = list(text('A tag'), 'Tags to find it by');
const dependencies = list(text('A task id'), 'Ids of the tasks that this one builds on');
const assignee = text('Name of the agent that works on it');
const taskId = text('Id of the task');
const priority = whole('0, the highest, to 4; 2 when not given', 0, 4);

const artifacts = list(
  record({
    type: choice(ARTIFACT_TYPES, 'What it is'),
    url: text('Where it is'),
    label: text('What people call it'),
    addedBy: optional(text('You, when not given')),
  }),
  'What came out of the task',
);

export const boardTools = [
  tool({
    name: 'board_create_task',
    does: "Create a task on the swarm's shared board.",
    when: 'Use board_create_task for work that others may take up or that should outlive this session.',
    takes: {
      title: text('One line that says what is to be done'),
      description: optional(text('What one has to know to do it')),
      status: optional(status),
      assignee: optional(assignee),
      tags: optional(tags),
      dependencies: optional(dependencies),
      priority: optional(priority),
      maxAttempts: optional(whole('How often it may fail before it is set aside; 3 when not given', 1, 100)),
      createdBy: optional(text('You, when not given')),
    },
    async run(input, { client, config }, signal) {
      const { body } = await client.post<Task>('/board/tasks', { createdBy: config.agent, ...input }, signal);
      return { text: `Created: ${taskLine(body)}`, body };
    },
  }),
  tool({
    name: 'board_list_tasks',
    does: 'List tasks of the board, newest first.',
    when: 'Use board_list_tasks before you create or take a task, and to see what is blocked or in review.',
    takes: {
      status: optional(status),
      assignee: optional(assignee),
      tag: optional(text('Only tasks with this tag')),
      ...paging,
    },
    async run(query, { client }, signal) {
      const { body } = await client.get<TaskList>('/board/tasks', paged(query), signal);
      const { tasks, nextCursor } = body;
      return { text: listed(tasks, taskLines, { none: 'No tasks match.', nextCursor }), body };
    },
  }),
  tool({
    name: 'board_update_task',
    does: 'Change a task: its status, assignee, title, description, tags, dependencies or priority.',
    when: 'Use board_update_task to say that a task is blocked, or to hand it to somebody; to work on one, take it with board_claim.',
    takes: {
      id: taskId,
      title: optional(text('One line that says what is to be done')),
      description: optional(text('What one has to know to do it')),
      status: optional(status),
      assignee: optional(textOrNull('Name of the agent that works on it; null takes it away')),
      tags: optional(tags),
      dependencies: optional(dependencies),
      priority: optional(priority),
    },
    async run({ id, ...changes }, { client, leases }, signal) {
      const body = await leases.change(id, (fence) => client.patch<Task>(taskPath(id), { ...changes, fence }, signal));
      return { text: `Now: ${taskLine(body)}`, body };
    },
  }),
  tool({
    name: 'board_add_note',
    does: 'Add a note to a task: a finding, blocker, question or update.',
    when: 'Use board_add_note as soon as you learn something that whoever works on the task next has to know.',
    takes: {
      taskId,
      content: text('The note'),
      type: choice(NOTE_TYPES, 'What kind of note it is'),
      author: optional(text('You, when not given')),
    },
    async run({ taskId: id, ...note }, { client, config }, signal) {
      const { body } = await client.post<Note>(taskPath(id, 'notes'), { author: config.agent, ...note }, signal);
      return { text: `Noted on ${id}: ${body.type} ${body.id}`, body };
    },
  }),
  tool({
    name: 'board_submit_for_review',
    does: 'Hand a task in for review, with what was done and what came out of it.',
    when: 'Use board_submit_for_review instead of status done when somebody else should look at your work.',
    takes: {
      taskId,
      summary: text('What was done; kept as a note'),
      artifacts: optional(artifacts),
      reviewedBy: optional(text('Who hands it in: you, when not given')),
    },
    async run({ taskId: id, ...input }, { client, config, leases }, signal) {
      const review = { reviewedBy: config.agent, ...input };
      const path = taskPath(id, 'review');
      const body = await leases.change(id, (fence) => client.post<Task>(path, { ...review, fence }, signal));
      return { text: `In review: ${taskLine(body)}`, body };
    },
  }),
  tool({
    name: 'board_add_artifact',
    does: 'Link what came out of a task: a branch, report, deployment, diff, file or URL.',
    when: 'Use board_add_artifact so that others find the result of a task from the task itself.',
    takes: { taskId, artifacts: { ...artifacts, minItems: 1 } },
    async run({ taskId: id, artifacts: added }, { client, config, leases }, signal) {
      const signed = added.map((artifact) => ({ addedBy: config.agent, ...artifact }));
      const path = taskPath(id, 'artifacts');
      const body = await leases.change(id, (fence) => client.post<Task>(path, { artifacts: signed, fence }, signal));
      return { text: `${body.artifacts.length} artifacts on: ${taskLine(body)}`, body };
    },
  }),
  tool({
    name: 'board_bump',
    does: "Raise a task's score by one.",
    when: 'Use board_bump when you need a task done that somebody else has put on the board.',
    takes: { taskId },
    async run({ taskId: id }, { client }, signal) {
      const { body } = await client.post<Task>(taskPath(id, 'bump'), undefined, signal);
      return { text: `Score ${body.score}: ${taskLine(body)}`, body };
    },
  }),
];
