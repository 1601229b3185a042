import { setTimeout as sleep } from 'node:timers/promises';
import type { LeaseList } from '../../src/modules/board/lease.entity.ts';
import type { TaskChange, TaskHistory } from '../../src/modules/board/task.entity.ts';
import { inParallel } from '../support/in-parallel.ts';
import type { ApiClient } from './api-client.ts';
import { auditLeases } from './lease-audit.ts';
import type { Ledger } from './ledger.ts';
import type { Finding } from './verification.ts';

const READERS = 16;
const PAGE = 500;
const POLL_MS = 1000;
/** A server that was started again lets leases run for a minute at least. */
const GRACE_MS = 65_000;

/** Waits for the leases of those who vanished to end, but not for ever: what is held then is a finding. */
export async function untilNothingIsHeld(client: ApiClient, ledger: Ledger, leaseSeconds: number): Promise<void> {
  const until = performance.now() + leaseSeconds * 1000 + GRACE_MS;
  let count = await countHeld(client, ledger);
  if (count > 0)
    console.log(`\n${count} tasks are still held, by agents that are gone; waiting for their leases to end.`);
  while (count > 0 && performance.now() < until) {
    await sleep(POLL_MS);
    count = await countHeld(client, ledger);
  }
}

async function countHeld(client: ApiClient, { tasks }: Ledger): Promise<number> {
  const { leases } = await client.read<LeaseList>('/board/leases');
  return leases.filter(({ task }) => tasks.has(task)).length;
}

/** Reads every task's history, and looks whether it was ever in two hands, or handed in by another than its holder. */
export async function checkLeases(client: ApiClient, { tasks, handedIn }: Ledger): Promise<Finding> {
  const changes: TaskChange[] = [];
  await inParallel(tasks.keys(), READERS, async (id) => {
    changes.push(...(await history(client, id)));
  });
  // Ids grow in the order in which changes were made.
  changes.sort((a, b) => (a.id < b.id ? -1 : 1));
  const audit = auditLeases(changes, handedIn);
  const held = audit.held.map((task) => `${task}: is still held`);
  const problems = [...audit.problems, ...held].map((problem) => `leases: ${problem}`);
  return { what: 'work handed in', expected: handedIn.length, found: audit.handedIn.length, problems };
}

async function history(client: ApiClient, id: string): Promise<TaskChange[]> {
  const all: TaskChange[] = [];
  let cursor: string | undefined;
  do {
    const next = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await client.read<TaskHistory>(`/board/tasks/${id}/history?limit=${PAGE}${next}`);
    all.push(...page.changes);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}
