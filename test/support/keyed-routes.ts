import type { TestApp } from './app.js';
import { makeTask } from './make.js';
import { makeReport } from './reports.js';
import { sessionBody, vmBody } from './usage.js';

/** A route that takes an `Idempotency-Key`: where to send what, and where what it stores can be read. */
export interface KeyedRoute {
  route: string;
  body: object;
  other: object;
  /** What the path needs, e.g. the id of a task. */
  prepare?: (app: TestApp) => Promise<{ id: string }>;
  stored: string;
}

const NOTE = { author: 'ann', content: 'it leaks', type: 'finding' };
const ARTIFACT = { type: 'branch', url: 'https://git.example/b', label: 'b' };
const VM = { id: 'vm-1', name: 'a vm', role: 'worker', address: 'x', registeredBy: 'ann' };
const SKILL = { name: 'review', description: 'how to', content: '# Review', publishedBy: 'ann' };
const EVENT = { agent: 'ann', type: 'custom', summary: 'hello', metadata: { _retry: { key: 'mine' } } };
const ofTask = (app: TestApp): Promise<{ id: string }> => makeTask(app);
const ofHeldTask = async (app: TestApp): Promise<{ id: string }> => {
  const { id } = await makeTask(app);
  await app.api.post(`/board/tasks/${id}/claim`).send({ agent: 'ann' });
  return { id };
};
const ofReport = (app: TestApp): Promise<{ id: string }> => makeReport(app);

export const KEYED_ROUTES: KeyedRoute[] = [
  keyed('/board/tasks', { title: 'a task', createdBy: 'ann', tags: ['x'] }, { title: 'another' }),
  keyed('/board/tasks/{id}/notes', NOTE, { content: 'no' }, ofTask),
  keyed('/board/tasks/{id}/artifacts', { artifacts: [ARTIFACT] }, { artifacts: [ARTIFACT, ARTIFACT] }, ofTask),
  keyed('/board/tasks/{id}/review', { summary: 'done' }, { summary: 'not done' }, ofTask),
  keyed('/board/tasks/{id}/approve', { comment: 'good' }, { comment: 'very good' }, ofTask),
  keyed('/board/tasks/{id}/reject', { reason: 'no test' }, { reason: 'no' }, ofTask),
  keyed('/board/tasks/{id}/bump', {}, { x: 1 }, ofTask),
  { ...keyed('/board/claim', { agent: 'ann' }, { agent: 'bob' }, ofTask), stored: '/board/tasks' },
  keyed('/board/tasks/{id}/claim', { agent: 'ann' }, { agent: 'ann', leaseSeconds: 60 }, ofTask),
  keyed('/board/tasks/{id}/renew', { fence: 2, progress: 'half' }, { progress: 'all' }, ofHeldTask),
  keyed('/board/tasks/{id}/release', { fence: 2 }, { reason: 'tired' }, ofHeldTask),
  keyed('/board/tasks/{id}/complete', { fence: 2, summary: 'done' }, { summary: 'no' }, ofHeldTask),
  keyed('/board/tasks/{id}/fail', { fence: 2, reason: 'no memory' }, { reason: 'no' }, ofHeldTask),
  keyed('/feed/events', EVENT, { summary: 'bye' }),
  keyed('/log', { text: 'hello' }, { text: 'bye' }),
  keyed('/journal', { text: 'hello', tags: ['x'] }, { text: 'bye' }),
  keyed('/registry/vms', VM, { name: 'another' }),
  keyed('/skills/items', SKILL, { content: '# Other' }),
  keyed('/skills/extensions', SKILL, { content: '# Other' }),
  keyed('/reports', { title: 'a report', author: 'ann', content: '# Found' }, { title: 'another' }),
  keyed('/reports/{id}/share', { label: 'for all' }, { label: 'for some' }, ofReport),
  keyed('/commits', { commitId: 'c-1', vmId: 'vm-1' }, { commitId: 'c-2' }),
  keyed('/usage/sessions', sessionBody(), { turns: 15 }),
  keyed('/usage/vms', vmBody(), { agent: 'other' }),
];

/** @param change what the other body has in place of the first one's fields */
function keyed(route: string, body: object, change: object, prepare?: KeyedRoute['prepare']): KeyedRoute {
  const stored = route.replace(/\/share$/, '/shares').replace(/(\{id\})\/(?!shares).*/, '$1');
  return { route, body, other: { ...body, ...change }, stored, ...(prepare && { prepare }) };
}
