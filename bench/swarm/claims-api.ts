import { setTimeout as sleep } from 'node:timers/promises';
import type { SubmitForReview } from '../../src/modules/board/board.dto.ts';
import type { Claim, NextClaim } from '../../src/modules/board/lease.entity.ts';
import { InDoubt } from './api-client.ts';
import { noteText } from './ledger.ts';
import { addArtifacts, move, type TaskWriter } from './task-writer.ts';

const KNOWN_WITHIN_MS = 10_000;
const POLL_MS = 20;

/** What only the holder of a task may do, and how one becomes its holder. */
export class ClaimsApi {
  private readonly writer: TaskWriter;

  constructor(writer: TaskWriter) {
    this.writer = writer;
  }

  /** The next ready task of this run; nothing when there is none. */
  async claimNext(agent: string, leaseSeconds: number): Promise<Claim | undefined> {
    const { client, ledger } = this.writer;
    const wish = { agent, session: ledger.run, leaseSeconds, tags: [ledger.run] };
    const answer = client.write<NextClaim>('POST', '/board/claim', wish);
    const claim = await answer.catch((error: unknown) => {
      if (error instanceof InDoubt) ledger.leases.inDoubt += 1;
      throw error;
    });
    if (claim.task === null) return undefined;
    await this.untilKnown(claim.task.id);
    this.entered(claim.task.id, agent);
    return claim;
  }

  async claim(id: string, agent: string, leaseSeconds: number): Promise<Claim> {
    const wish = { agent, session: this.writer.ledger.run, leaseSeconds };
    const claim = await this.writer.client.write<Claim>('POST', `/board/tasks/${id}/claim`, wish);
    this.entered(id, agent);
    return claim;
  }

  renew(id: string, by: string, fence: number, progress?: string): Promise<void> {
    return this.writer.change(id, 'POST', '/renew', { fence, progress }, ({ notes }) => {
      if (progress !== undefined) notes.push(noteText({ author: by, content: progress, type: 'update' }));
    });
  }

  release(id: string, by: string, fence: number, reason: string): Promise<void> {
    return this.writer.change(id, 'POST', '/release', { fence, reason }, (task) => {
      move(task, 'open', by, `Released by ${by}: ${reason}`);
      delete task.fields.assignee;
    });
  }

  complete(id: string, by: string, fence: number, summary: string): Promise<void> {
    return this.writer.change(id, 'POST', '/complete', { fence, summary }, (task) => {
      this.writer.ledger.handedIn.push({ task: id, agent: by, fence });
      move(task, 'done', by, summary);
    });
  }

  /** Finishes a task of which the ledger knows nothing. */
  async completeUnknown(id: string, fence: number): Promise<void> {
    await this.writer.client.write('POST', `/board/tasks/${id}/complete`, { fence });
  }

  fail(id: string, by: string, fence: number, reason: string): Promise<void> {
    return this.writer.change(id, 'POST', '/fail', { fence, reason }, (task, { attempts, maxAttempts }) => {
      move(task, 'open', by, `Failed by ${by}: ${reason} (attempt ${attempts} of ${maxAttempts})`);
      delete task.fields.assignee;
    });
  }

  submit(id: string, by: string, fence: number, submission: SubmitForReview): Promise<void> {
    return this.writer.change(id, 'POST', '/review', { ...submission, reviewedBy: by, fence }, (task) => {
      this.writer.ledger.handedIn.push({ task: id, agent: by, fence });
      move(task, 'in_review', by, submission.summary);
      addArtifacts(task, submission.artifacts ?? [], by);
    });
  }

  /** One may claim a task before its creator has heard that it is there. */
  private async untilKnown(id: string): Promise<void> {
    const until = performance.now() + KNOWN_WITHIN_MS;
    while (!this.writer.ledger.tasks.has(id) && performance.now() < until) await sleep(POLL_MS);
  }

  private entered(id: string, agent: string): void {
    this.writer.ledger.leases.claims += 1;
    const known = this.writer.ledger.tasks.get(id);
    if (known) Object.assign(known.fields, { status: 'in_progress', assignee: agent });
  }
}
