import type { TaskChange, TaskHead } from '../../../board/task.entity.js';
import { STATUS_NAMES } from '../../kit/ui-kit.js';

const TEXT_MAX = 200;

/** Fields that a person would not call a change. */
const UNTOLD = new Set<keyof TaskHead>(['id', 'createdBy', 'createdAt', 'updatedAt']);
const NAMES: Partial<Record<keyof TaskHead, string>> = { status: 'Status', title: 'Title', assignee: 'Assignee' };

/** What one change did, in a line each. */
export function changeLines({ set, unset, notes, artifacts, deleted }: Partial<TaskChange>): string[] {
  if (deleted) return ['Deleted'];
  const isCreation = set?.createdAt !== undefined;
  const fields = isCreation ? creationFields(set) : Object.entries(set ?? {});
  return [
    ...(isCreation ? ['Created'] : []),
    ...fields
      .filter(([field]) => !UNTOLD.has(field as keyof TaskHead))
      .map(([field, value]) => fieldLine(field, value)),
    ...(unset ?? []).map((field) => `${nameOf(field)} taken away`),
    ...(notes ?? []).map(({ type, content }) => `Note (${type}): ${shortened(content)}`),
    ...(artifacts ?? []).map(({ type, label }) => `Artifact (${type}): ${shortened(label)}`),
  ];
}

/** What a new task has anyway is not worth a line. */
function creationFields(set: Partial<TaskHead>): [string, unknown][] {
  return Object.entries(set).filter(
    ([field, value]) => field !== 'title' && field !== 'score' && !(Array.isArray(value) && value.length === 0),
  );
}

function fieldLine(field: string, value: unknown): string {
  if (field === 'status') return `Status → ${STATUS_NAMES[value as TaskHead['status']]}`;
  const text = Array.isArray(value) ? value.join(', ') || 'none' : `${value as string | number}`;
  return `${nameOf(field)} → ${shortened(text)}`;
}

function nameOf(field: string): string {
  return NAMES[field as keyof TaskHead] ?? field.charAt(0).toUpperCase() + field.slice(1);
}

function shortened(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}
