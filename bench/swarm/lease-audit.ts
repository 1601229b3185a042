import type { Lease } from '../../src/modules/board/lease.entity.ts';
import type { TaskChange } from '../../src/modules/board/task.entity.ts';

/** Work that was handed in, as done or for review, and that the server acknowledged. */
export interface HandedIn {
  task: string;
  agent: string;
  fence: number;
}

export interface Audit {
  /** What should never happen, in words. */
  problems: string[];
  /** Tasks that were handed in, each as often as it was. */
  handedIn: string[];
  /** Tasks that are done, each as often as it became so. */
  done: string[];
  /** Tasks that somebody still holds. */
  held: string[];
}

/**
 * Goes through the board's changes, all tasks' in the order they were made, and looks whether every task was worked on
 * by one holder at a time, after what it waits for, and handed in by its holder alone.
 */
export function auditLeases(changes: Iterable<TaskChange>, acknowledged: readonly HandedIn[] = []): Audit {
  const audit = new LeaseAudit();
  for (const change of changes) audit.see(change);
  const known = new Set(audit.byHolder.map(keyOf));
  for (const work of acknowledged) {
    if (!known.has(keyOf(work)))
      audit.problems.push(`${work.task}: acknowledged to ${work.agent}, which did not hold it`);
  }
  return { ...audit, held: [...audit.leases.keys()] };
}

class LeaseAudit {
  readonly problems: string[] = [];
  readonly handedIn: string[] = [];
  readonly done: string[] = [];
  readonly leases = new Map<string, Lease>();
  readonly byHolder: HandedIn[] = [];
  private readonly dependencies = new Map<string, string[]>();
  private readonly finished = new Set<string>();

  see(change: TaskChange): void {
    const { task, action, set, unset, deleted } = change;
    if (set?.dependencies) this.dependencies.set(task, set.dependencies);
    if (action === 'claim') this.claimed(change);
    if (action === 'complete' || set?.status === 'in_review') this.wasHandedIn(change);
    if (set?.lease) this.leases.set(task, set.lease);
    if (deleted || unset?.includes('lease')) this.leases.delete(task);
    if (set?.status === 'done') {
      if (this.finished.has(task)) this.problems.push(`${task}: done a second time`);
      this.finished.add(task);
      this.done.push(task);
    } else if (set?.status !== undefined) {
      this.finished.delete(task);
    }
  }

  private claimed({ task, by }: TaskChange): void {
    const holder = this.leases.get(task);
    if (holder) this.problems.push(`${task}: claimed by ${by} while ${holder.agent} held it`);
    const early = this.dependencies.get(task)?.filter((id) => !this.finished.has(id)) ?? [];
    if (early.length > 0) this.problems.push(`${task}: claimed before ${early.join(', ')} was done`);
  }

  private wasHandedIn({ task, by = 'somebody' }: TaskChange): void {
    const holder = this.leases.get(task);
    this.handedIn.push(task);
    if (holder?.agent === by) this.byHolder.push({ task, agent: by, fence: holder.fence });
    else this.problems.push(`${task}: handed in by ${by} while ${holder?.agent ?? 'nobody'} held it`);
  }
}

const keyOf = ({ task, agent, fence }: HandedIn): string => JSON.stringify([task, agent, fence]);
