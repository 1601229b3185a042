import type { LeaseAction, TaskChange, TaskHead } from '../../../board/task.entity.js';
import { duration } from '../../kit/formats.js';
import { STATUS_NAMES } from '../../kit/ui-kit.js';

const TEXT_MAX = 200;

/** Fields that a person would not call a change. */
const UNTOLD: readonly string[] = ['id', 'createdBy', 'createdAt', 'updatedAt', 'version', 'lease', 'attempts'];
/** What every new task has. */
const USUAL: Partial<TaskHead> = { score: 0, priority: 2, maxAttempts: 3 };
/** What goes without saying when it is said what happened to the lease. */
const IMPLIED: readonly string[] = ['status', 'assignee', 'lease'];

const ACTIONS: Record<LeaseAction, string> = {
  claim: 'Claimed',
  renew: 'Lease renewed',
  release: 'Let go of',
  complete: 'Completed',
  fail: 'Given up on',
  expire: 'Lease expired',
};
const NAMES: Partial<Record<keyof TaskHead, string>> = { maxAttempts: 'Attempts at most', dependencies: 'Builds on' };

/** What one change did, in a line each. */
export function changeLines({
  action,
  set = {},
  unset = [],
  notes,
  artifacts,
  deleted,
}: Partial<TaskChange>): string[] {
  if (deleted) return ['Deleted'];
  const isTold = (field: string): boolean => !UNTOLD.includes(field) && !(action && IMPLIED.includes(field));
  return [
    ...(set.createdAt === undefined ? [] : ['Created']),
    ...(action ? [actionLine(action, set)] : []),
    ...fieldsOf(set)
      .filter(([field]) => isTold(field))
      .map(([field, value]) => fieldLine(field, value)),
    ...unset.filter((field) => isTold(field) || (field === 'lease' && !action)).map(endLine),
    ...(notes ?? []).map(({ type, content }) => `Note (${type}): ${shortened(content)}`),
    ...(artifacts ?? []).map(({ type, label }) => `Artifact (${type}): ${shortened(label)}`),
  ];
}

function actionLine(action: LeaseAction, { lease }: Partial<TaskHead>): string {
  return lease ? `${ACTIONS[action]} for ${duration(lease.leaseSeconds * 1000)}` : ACTIONS[action];
}

/** What a new task has anyway is not worth a line. */
function fieldsOf(set: Partial<TaskHead>): [string, unknown][] {
  if (set.createdAt === undefined) return Object.entries(set);
  return Object.entries(set).filter(
    ([field, value]) =>
      field !== 'title' && value !== USUAL[field as keyof TaskHead] && !(Array.isArray(value) && value.length === 0),
  );
}

function fieldLine(field: string, value: unknown): string {
  if (field === 'deadLetter') return 'Too many attempts: a dead letter';
  if (field === 'status') return `Status → ${STATUS_NAMES[value as TaskHead['status']]}`;
  const text = Array.isArray(value) ? value.join(', ') || 'none' : `${value as string | number}`;
  return `${nameOf(field)} → ${shortened(text)}`;
}

function endLine(field: NonNullable<TaskChange['unset']>[number]): string {
  if (field === 'lease') return 'Lease ended';
  if (field === 'deadLetter') return 'No dead letter any more';
  return `${nameOf(field)} taken away`;
}

function nameOf(field: string): string {
  return NAMES[field as keyof TaskHead] ?? field.charAt(0).toUpperCase() + field.slice(1);
}

function shortened(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}
