import { Refused } from './api-client.ts';
import { Craftsman, type Piece } from './craftsman.ts';
import { branchOf, say, topicOf } from './prose.ts';
import { between, chance, count } from './random.ts';
import { BLOCKERS, FAILURES, PROGRESS, SUMMARIES } from './vocabulary.ts';
import type { World } from './world.ts';

/** Refusals that tell somebody that the task is another's by now. */
const LOST = new Set(['lease_lost', 'held', 'not_claimable', 'blocked']);
const OVERSLEPT_SECONDS = 5;

interface Work extends Piece {
  renewedAt: number;
  stepsLeft: number;
  isBlocked: boolean;
}

/** Claims ready tasks, works on them step by step, and hands them in. */
export class Worker extends Craftsman {
  private work?: Work;
  private readonly fate = fateOf(this.world.chaos);
  /** How much of the run has passed when its fate finds it, with a task in hand. */
  private readonly fateAt = between(0.1, 0.7);
  private hasSlept = false;

  protected override async act(): Promise<void> {
    if (!this.work) return this.takeTask();
    const { work } = this;
    try {
      if (work.isBlocked) await this.unblock(work);
      else if (this.isSleepy) await this.sleep(work);
      else if (this.isRenewalDue(work)) await this.renew(work);
      else if (work.stepsLeft > 0) await this.step(work);
      else if (chance(0.06)) await this.handBack(work);
      else await this.handIn(work);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.work = undefined;
      if (!LOST.has(error.code ?? '')) throw error;
      this.api.ledger.leases.lost += 1;
      const { status, assignee } = this.api.ledger.task(work.task.id).fields;
      if (status === 'in_progress' && assignee === this.name) this.api.ledger.abandon(work.task.id);
    }
  }

  private get isSleepy(): boolean {
    return this.fate === 'sleeps' && !this.hasSlept && this.world.progress > this.fateAt;
  }

  protected override isGone(): boolean {
    return this.fate === 'vanishes' && this.work?.isBlocked === false && this.world.progress > this.fateAt;
  }

  protected override vanish(): void {
    if (!this.work || this.work.isBlocked) return;
    this.api.ledger.abandon(this.work.task.id);
    this.api.ledger.leases.vanished += 1;
  }

  protected override async putDown(): Promise<void> {
    const { work } = this;
    if (!work || work.isBlocked) return;
    this.work = undefined;
    await this.api.claims.release(work.task.id, this.name, work.fence, 'leaving').catch((error: unknown) => {
      if (!(error instanceof Refused && LOST.has(error.code ?? ''))) throw error;
    });
  }

  private async takeTask(): Promise<void> {
    const { claims, ledger } = this.api;
    const claim = await claims.claimNext(this.name, this.world.leaseSeconds);
    if (!claim) return this.idle();
    const { task, lease } = claim;
    this.work = {
      task,
      topic: topicOf(task.tags),
      fence: lease.fence,
      renewedAt: performance.now(),
      stepsLeft: count(3, 8),
      isBlocked: false,
    };
    // One whose creation was never answered: nobody knows what should be in it.
    if (!ledger.tasks.has(task.id)) return this.finishUnknown(this.work);
    await this.tell('task_started', `Started: ${task.title}`, { metadata: { taskId: task.id } });
  }

  private async finishUnknown({ task, fence }: Work): Promise<void> {
    this.work = undefined;
    await this.api.claims.completeUnknown(task.id, fence);
  }

  /** Sleeps past its lease, and then goes on as if nothing had happened. */
  private async sleep(work: Work): Promise<void> {
    this.hasSlept = true;
    this.api.ledger.abandon(work.task.id);
    this.api.ledger.leases.slept += 1;
    await this.world.sleep((this.world.leaseSeconds + OVERSLEPT_SECONDS) * 1000);
    await this.handIn(work);
  }

  private isRenewalDue({ renewedAt }: Work): boolean {
    return performance.now() - renewedAt > (this.world.leaseSeconds * 1000) / 3;
  }

  private async renew(work: Work): Promise<void> {
    const progress = chance(0.5) ? say(PROGRESS, work.topic) : undefined;
    await this.api.claims.renew(work.task.id, this.name, work.fence, progress);
    work.renewedAt = performance.now();
  }

  private async step(work: Work): Promise<void> {
    work.stepsLeft -= 1;
    if (chance(0.05)) await this.block(work);
    else await this.doSome(work);
  }

  private async block(work: Work): Promise<void> {
    const { task, topic } = work;
    const reason = say(BLOCKERS, topic);
    await this.api.board.update(task.id, { status: 'blocked' }, work.fence);
    work.isBlocked = true;
    await this.note(task, 'blocker', reason);
    await this.tell('blocker_found', reason, { detail: `Task: ${task.title}`, metadata: { taskId: task.id } });
  }

  /** What is blocked is nobody's, so it has to be claimed again. */
  private async unblock(work: Work): Promise<void> {
    if (chance(0.5)) return this.idle(work.topic);
    const { id, title } = work.task;
    await this.api.board.update(id, { status: 'open', assignee: null });
    const { lease } = await this.api.claims.claim(id, this.name, this.world.leaseSeconds);
    Object.assign(work, { fence: lease.fence, renewedAt: performance.now(), isBlocked: false });
    await this.log(`Unblocked, going on: ${title}`);
  }

  private async handIn({ task, topic, fence }: Work): Promise<void> {
    const summary = say(SUMMARIES, topic);
    const branch = branchOf(topic);
    const url = `https://git.example/app/tree/${branch}`;
    const artifacts = [{ type: 'branch' as const, url, label: branch }];
    if (chance(0.3)) await this.api.claims.complete(task.id, this.name, fence, summary);
    else await this.api.claims.submit(task.id, this.name, fence, { summary, artifacts });
    this.work = undefined;
    const metadata = { taskId: task.id, branch };
    await this.tell('task_completed', `Handed in: ${task.title}`, { detail: summary, metadata });
  }

  private async handBack({ task, topic, fence }: Work): Promise<void> {
    const reason = say(FAILURES, topic);
    if (chance(0.5)) await this.api.claims.release(task.id, this.name, fence, reason);
    else await this.api.claims.fail(task.id, this.name, fence, reason);
    this.work = undefined;
    await this.tell('task_failed', `Handed back: ${task.title}`, { detail: reason, metadata: { taskId: task.id } });
  }
}

function fateOf({ kill, pause }: World['chaos']): 'works' | 'vanishes' | 'sleeps' {
  const luck = Math.random();
  if (luck < kill) return 'vanishes';
  return luck < kill + pause ? 'sleeps' : 'works';
}
