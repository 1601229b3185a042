import type { CreateTask } from '../../src/modules/board/board.dto.ts';
import type { RecordSession } from '../../src/modules/usage/usage.dto.ts';
import type { Task } from '../../src/modules/board/task.entity.ts';
import type { HttpClient } from '../support/http-client.ts';
import { inParallel, range } from '../support/in-parallel.ts';

const WORKERS = 64;
const NOTES_PER_TASK = 2;
/** One task in ten is open, as on a board where most of the work is done. */
const OPEN_EVERY = 10;
const LIEUTENANT_EVERY = 10;
export const AGENTS = 50;
const SESSIONS = 1000;
const SESSION_MS = 60_000;
const WEEK_MS = 7 * 86_400_000;

/** What the loads ask for. */
export interface Seed {
  /** Ids of tasks that are not open, so that changing them leaves the open ones alone. */
  busyTasks: string[];
  vms: string[];
  lieutenants: string[];
}

export function agentName(i: number): string {
  return `agent-${String(i % AGENTS).padStart(2, '0')}`;
}

/** Fills the server through its API: 2,000 tasks with 2 notes each, 500 VMs, 10,000 events and log lines, 1,000 sessions, times `scale`. */
export async function seed(client: HttpClient, scale: number): Promise<Seed> {
  const busyTasks: string[] = [];
  await inParallel(range(2000 * scale), WORKERS, async (i) => {
    const isOpen = i % OPEN_EVERY === 0;
    const task: CreateTask = {
      title: `Look into report ${i}: the parser keeps files open`,
      createdBy: 'orchestrator',
      description: 'Seen several times last night. A failing test first, please.',
      status: isOpen ? 'open' : 'in_progress',
      assignee: agentName(i),
      tags: ['parser', `week-${i % 50}`],
    };
    const { id } = (await post(client, '/board/tasks', task)) as Task;
    for (let n = 0; n < NOTES_PER_TASK; n += 1) {
      const note = { author: agentName(i), content: 'The leak is in the error path; a test shows it', type: 'finding' };
      await post(client, `/board/tasks/${id}/notes`, note);
    }
    if (!isOpen) busyTasks.push(id);
  });
  const vms = range(500 * scale).map((i) => `vm-${i}`);
  const isLieutenant = (i: number): boolean => i % LIEUTENANT_EVERY === 0;
  await inParallel(vms.entries(), WORKERS, async ([i, id]) => {
    const role = isLieutenant(i) ? 'lieutenant' : 'worker';
    await post(client, '/registry/vms', {
      id,
      name: `${role}-${i}`,
      role,
      address: `${id}.vm.example`,
      registeredBy: 'orchestrator',
    });
  });
  await inParallel(range(10_000 * scale), WORKERS, async (i) => {
    await post(client, '/feed/events', event(i));
    await post(client, '/log', { text: `Step ${i} done, tests are green`, agent: agentName(i) });
  });
  await inParallel(range(SESSIONS * scale), WORKERS, async (i) => {
    await post(client, '/usage/sessions', session(i, (i / (SESSIONS * scale)) * WEEK_MS));
  });
  return { busyTasks, vms, lieutenants: vms.filter((_, i) => isLieutenant(i)) };
}

export function event(i: number): object {
  return {
    agent: agentName(i),
    type: i % 4 === 0 ? 'token_update' : 'finding',
    summary: `The parser leaks file handles on errors, case ${i}`,
    detail: 'See src/parser.ts, where an error is caught and never looked at again',
    metadata: { file: 'src/parser.ts', line: i % 500 },
  };
}

function session(i: number, agoMs: number): RecordSession {
  const endedAt = Date.now() - agoMs;
  const counts = { input: 1200 + i, output: 340, cacheRead: 52_000, cacheWrite: 8000, total: 61_540 + i };
  return {
    sessionId: `session-${i}`,
    agent: agentName(i),
    parentAgent: 'orchestrator',
    model: i % 3 === 0 ? 'claude-opus-4' : 'claude-sonnet-4',
    tokens: counts,
    cost: { input: 0.018, output: 0.0255, cacheRead: 0.078, cacheWrite: 0.15, total: 0.2715 },
    turns: 14,
    startedAt: new Date(endedAt - SESSION_MS).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
  };
}

export async function post(client: HttpClient, path: string, body: object): Promise<unknown> {
  const { status, text } = await client.send('POST', path, body);
  if (status >= 300) throw new Error(`POST ${path} answered ${status}: ${text}`);
  return JSON.parse(text) as unknown;
}
