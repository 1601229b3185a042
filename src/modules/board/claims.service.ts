import { Injectable } from '@nestjs/common';
import { Config } from '../../common/config/config.js';
import type { Answer } from '../../common/http/answer.js';
import type { Batch } from '../../common/storage/batch.js';
import type { Page } from '../../common/storage/page.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import type { PageQuery } from '../../common/validation/time-range.dto.js';
import { claimAnswer, renewalAnswer, taskAnswer } from './board.answers.js';
import { BoardRepository, CurrentTask, TaskText } from './board.repository.js';
import type { ClaimTask, CompleteTask, FailTask, ListReady, ReleaseTask, RenewLease } from './claims.dto.js';
import { Conditions, fenceIn, heldByOther, leaseConflict, leaseOfHolder } from './conditions.js';
import { LeaseClock } from './lease-clock.js';
import type { Lease, NoTaskReason } from './lease.entity.js';
import {
  claim,
  Claimer,
  complete,
  endAttempt,
  heldLease,
  Lending,
  Move,
  release,
  renew,
  SYSTEM,
} from './lease-rules.js';
import type { TaskHead } from './task.entity.js';
import { TaskWriter } from './task-writer.js';

const DEFAULT_LEASE_SECONDS = 900;

/** A task that was given to an agent. */
export interface Claimed {
  id: string;
  task: TaskText;
  lease: Lease;
}

/** Who wants the next task, and of which kind. */
export interface Wish extends Claimer {
  leaseSeconds?: number;
  tags?: string[];
}

/** Who works on what: each task is held by one agent at the most, for a time. */
@Injectable()
export class ClaimsService {
  constructor(
    private readonly repository: BoardRepository,
    private readonly writer: TaskWriter,
    private readonly leases: LeaseClock,
    private readonly config: Config,
  ) {
    repository.records.committed$.subscribe(({ record: { task, set, unset, deleted } }) => {
      if (deleted || unset?.includes('lease')) leases.forget(task);
      else if (set?.lease) leases.start(task, set.lease);
    });
  }

  /** What can be begun, first what should be begun first. */
  readyQueue({ tag, cursor, limit = PAGE_MAX_ITEMS }: ListReady): Page {
    return this.repository.queue(tag, limit, cursor);
  }

  /** All leases, by holder. */
  list({ cursor, limit = PAGE_MAX_ITEMS }: PageQuery): Page {
    const now = this.leases.now();
    return this.repository.listHeld(limit, (task) => JSON.stringify(heldLease(task, now)), cursor);
  }

  /** What failed too often, newest first. */
  deadLetters({ cursor, limit = PAGE_MAX_ITEMS }: PageQuery): Page {
    return this.repository.deadLetters(limit, cursor);
  }

  /** Gives one task to an agent; one that its session holds already gets its lease renewed. */
  claim(id: string, { leaseSeconds = DEFAULT_LEASE_SECONDS, ...claimer }: ClaimTask): Promise<Claimed> {
    return this.writer.write((batch) => {
      const task = this.writer.current(id);
      const { lease } = task;
      if (lease && isSameClaimer(lease, claimer)) {
        return this.lend(batch, task, renew({ ...lease, ...claimer }, leaseSeconds, this.leases.now()));
      }
      if (lease) throw heldByOther(task, this.leases.secondsLeft(task));
      refuseUnready(task);
      if (this.isAtCapacity(claimer.agent)) throw atCapacity(claimer.agent);
      return this.lend(batch, task, claim(task, claimer, leaseSeconds, this.leases.now()));
    }, claimAnswer);
  }

  /** Gives an agent the first ready task that it wants, inside a batch; or tells why there is none. */
  claimFirst(batch: Batch, wish: Wish): Claimed | NoTaskReason {
    const { leaseSeconds = DEFAULT_LEASE_SECONDS, tags, ...claimer } = wish;
    if (this.isAtCapacity(claimer.agent)) return 'at_capacity';
    const id = this.repository.ready.first(tags);
    if (id === undefined) return 'none_ready';
    const task = this.writer.current(id);
    return this.lend(batch, task, claim(task, claimer, leaseSeconds, this.leases.now()));
  }

  /** Makes a task ready again that was given to a client that is gone. */
  takeBack({ id, lease }: Claimed): Promise<void> {
    return this.writer.write((batch) => {
      const task = this.repository.current(id);
      if (task?.lease?.fence === lease.fence) this.writer.make(batch, task, release(SYSTEM, 'its claimer hung up'));
    });
  }

  renew(id: string, { leaseSeconds, progress }: RenewLease, conditions: Conditions): Promise<Lease> {
    const extend = (batch: Batch, task: CurrentTask, before: Lease): Lease => {
      const move = renew(before, leaseSeconds ?? before.leaseSeconds, this.leases.now(), progress);
      return this.lend(batch, task, move).lease;
    };
    return this.asHolder(id, conditions, extend, renewalAnswer);
  }

  release(id: string, { reason }: ReleaseTask, conditions: Conditions): Promise<TaskText> {
    return this.end(id, conditions, (_, by) => release(by, reason));
  }

  complete(id: string, { summary }: CompleteTask, conditions: Conditions): Promise<TaskText> {
    return this.end(id, conditions, (_, by) => complete(by, summary));
  }

  fail(id: string, { reason }: FailTask, conditions: Conditions): Promise<TaskText> {
    return this.end(id, conditions, (task, by) => endAttempt(task, 'fail', by, `Failed by ${by}: ${reason}`));
  }

  /** Ends all leases that are overdue when the turn comes; their holders may have been quicker. */
  expire(tasks: readonly string[]): Promise<void> {
    return this.writer.write((batch) => {
      for (const id of tasks) {
        const task = this.repository.current(id);
        if (!task?.lease || !this.leases.isOverdue(id, task.lease)) continue;
        this.writer.make(batch, task, endAttempt(task, 'expire', SYSTEM, `The lease of ${task.lease.agent} expired`));
      }
    });
  }

  /** Ends the leases of work on a VM that is gone; that is nobody's failure. */
  releaseVm(vmId: string): Promise<void> {
    return this.writer.write((batch) => {
      for (const id of this.repository.heldOn(vmId)) {
        this.writer.make(batch, this.writer.current(id), release(SYSTEM, `its VM ${vmId} was stopped`));
      }
    });
  }

  /** Goes on with the leases from before a restart. */
  resumeLeases(): void {
    for (const { id, lease } of this.repository.allHeld()) if (lease) this.leases.resume(id, lease);
  }

  /** Ends a lease, in the name of whoever does it; the server's own token has none, and speaks for the holder. */
  private end(id: string, conditions: Conditions, move: (task: TaskHead, by: string) => Move): Promise<TaskText> {
    const act = (batch: Batch, task: CurrentTask, { agent }: Lease): TaskText =>
      this.writer.make(batch, task, move(task, conditions.caller.name ?? agent));
    return this.asHolder(id, conditions, act, taskAnswer);
  }

  /** Does something that only the holder of a task may do. */
  private asHolder<T>(
    id: string,
    conditions: Conditions,
    act: (batch: Batch, task: CurrentTask, lease: Lease) => T,
    answerOf: (result: T) => Answer,
  ): Promise<T> {
    const fence = fenceIn(conditions);
    return this.writer.write((batch) => {
      const task = this.writer.current(id);
      return act(batch, task, leaseOfHolder(task, fence, conditions.caller));
    }, answerOf);
  }

  private lend(batch: Batch, task: CurrentTask, move: Lending): Claimed {
    const { lease } = move.set;
    return { id: task.id, task: this.writer.make(batch, task, move), lease };
  }

  private isAtCapacity(agent: string): boolean {
    const { agentMaxTasks } = this.config;
    return agentMaxTasks !== undefined && this.repository.countHeld(agent) >= agentMaxTasks;
  }
}

/** Without a session to tell workers of one name apart, their VMs do. */
function isSameClaimer(lease: Lease, { agent, session, vmId }: Claimer): boolean {
  return lease.agent === agent && lease.session === session && (session !== undefined || lease.vmId === vmId);
}

function refuseUnready({ status, blockedBy }: CurrentTask): void {
  if (status !== 'open') throw leaseConflict('not_claimable', `the task is ${status}, not open`, { status });
  if (blockedBy.length === 0) return;
  const others = blockedBy.length === 1 ? 'a task that is' : `${blockedBy.length} tasks that are`;
  throw leaseConflict('blocked', `the task waits for ${others} not done`, { blockedBy });
}

function atCapacity(agent: string): Error {
  return leaseConflict('at_capacity', `${agent} holds as many tasks as an agent may`);
}
