/** Tasks as paths and as text. */

import type { Task } from '../contract.ts';
import { brief, parts } from './wording.ts';

const USUAL_PRIORITY = 2;

export function taskPath(id: string, part?: string): string {
  return ['/board/tasks', encodeURIComponent(id), ...(part ? [part] : [])].join('/');
}

export function taskLine(task: Task): string {
  const { id, status, title, assignee, score, tags, priority, deadLetter } = task;
  const marks = tags.map((tag) => `#${tag}`).join(' ');
  const [urgency, bumps] = [priority !== USUAL_PRIORITY && `p${priority}`, score > 0 && `+${score}`];
  const aside = deadLetter && '(failed too often)';
  return parts(id, `[${status}]`, brief(title), assignee && `@${assignee}`, urgency, bumps, aside, marks);
}

export function taskLines(task: Task): string {
  const { description, dependencies, blockedBy = [], notes, artifacts } = task;
  const latest = notes.at(-1);
  const more = [
    description && `  ${brief(description, 240)}`,
    dependencies.length > 0 && `  builds on ${dependencies.join(', ')}`,
    blockedBy.length > 0 && `  waits for ${blockedBy.join(', ')}`,
    latest && `  ${notes.length} notes; latest (${latest.type}, ${latest.author}): ${brief(latest.content, 240)}`,
    ...artifacts.map(({ type, label, url }) => `  ${type} ${brief(label)}: ${url}`),
  ];
  return [taskLine(task), ...more.filter(Boolean)].join('\n');
}
