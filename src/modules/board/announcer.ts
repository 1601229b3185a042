import { Injectable } from '@nestjs/common';
import type { Batch } from '../../common/storage/batch.js';
import { FeedService } from '../feed/feed.service.js';
import { SYSTEM } from './lease-rules.js';
import type { TaskChange, TaskHead } from './task.entity.js';

export const ANNOUNCEMENTS = [
  'task_claimed',
  'task_released',
  'lease_expired',
  'dead_letter',
  'task_unblocked',
] as const;
type Announcement = (typeof ANNOUNCEMENTS)[number];

/** Tells on the feed what happens to leases and to what waits for other tasks; durable together with the change. */
@Injectable()
export class Announcer {
  constructor(private readonly feed: FeedService) {}

  /** Tells what a change did to the task's lease. */
  announce(batch: Batch, before: TaskHead, change: Partial<TaskChange>): void {
    const { action, set = {}, unset = [], deleted } = change;
    const holder = before.lease?.agent;
    const isHandedIn = set.status === 'done' || set.status === 'in_review';
    if (action === 'claim' && set.lease) {
      const { agent, fence, expiresAt } = set.lease;
      this.tell(batch, 'task_claimed', before, `${agent} claimed`, { agent, fence, expiresAt });
    } else if (action === 'expire') {
      this.tell(batch, 'lease_expired', before, `The lease of ${holder ?? ''} expired on`, { agent: holder });
    } else if (holder !== undefined && (deleted || unset.includes('lease')) && !isHandedIn && !set.deadLetter) {
      this.tell(batch, 'task_released', before, `Held by ${holder} no more`, { agent: holder });
    }
    if (set.deadLetter) this.tell(batch, 'dead_letter', before, 'Given up', { attempts: set.attempts });
  }

  /** Tells that nothing keeps a task from being begun any more. */
  announceUnblocked(batch: Batch, task: TaskHead, by?: string): void {
    this.tell(batch, 'task_unblocked', task, 'Unblocked', { unblockedBy: by });
  }

  private tell(batch: Batch, kind: Announcement, { id, title }: TaskHead, what: string, facts: object): void {
    this.feed.record(batch, {
      agent: SYSTEM,
      type: 'custom',
      summary: `${what}: ${title}`,
      metadata: { kind, taskId: id, ...facts },
    });
  }
}
