import { describe, expect, it } from '@jest/globals';
import { auditLeases, type HandedIn } from '../../bench/swarm/lease-audit.js';
import type { Lease } from '../../src/modules/board/lease.entity.js';
import type { TaskChange } from '../../src/modules/board/task.entity.js';

const AT = '2026-01-31T12:00:00.000Z';

const created = (task: string, ...dependencies: string[]): TaskChange => change(task, { set: { dependencies } });
const claimed = (task: string, by: string, fence = 2): TaskChange => {
  const lease: Lease = { agent: by, fence, claimedAt: AT, expiresAt: AT, progressAt: AT, leaseSeconds: 30 };
  return change(task, { action: 'claim', by, set: { status: 'in_progress', assignee: by, lease } });
};
const expired = (task: string): TaskChange => {
  return change(task, { action: 'expire', by: 'system', set: { status: 'open' }, unset: ['assignee', 'lease'] });
};
const completed = (task: string, by: string): TaskChange => {
  return change(task, { action: 'complete', by, set: { status: 'done' }, unset: ['lease'] });
};
const submitted = (task: string, by: string): TaskChange => {
  return change(task, { by, set: { status: 'in_review' }, unset: ['lease'] });
};
const approved = (task: string): TaskChange => change(task, { by: 'lead', set: { status: 'done' } });

function change(task: string, more: Partial<TaskChange>): TaskChange {
  return { id: task, task, at: AT, ...more };
}

describe('the audit of leases', () => {
  it('has nothing to say of tasks that were done by their holders, one after the other', () => {
    const changes = [
      ...[
        created('a'),
        claimed('a', 'ann'),
        expired('a'),
        claimed('a', 'bob', 5),
        submitted('a', 'bob'),
        approved('a'),
      ],
      ...[created('b', 'a'), claimed('b', 'ann'), completed('b', 'ann')],
    ];
    const told = [{ task: 'a', agent: 'bob', fence: 5 }];
    expect(auditLeases(changes, told)).toMatchObject({
      problems: [],
      handedIn: ['a', 'b'],
      done: ['a', 'b'],
      held: [],
    });
  });

  it.each([
    ['a second claim', [claimed('a', 'ann'), claimed('a', 'bob')], 'a: claimed by bob while ann held it'],
    [
      'a late writer',
      [claimed('a', 'ann'), expired('a'), completed('a', 'ann')],
      'a: handed in by ann while nobody held it',
    ],
    ['a stranger', [claimed('a', 'ann'), submitted('a', 'bob')], 'a: handed in by bob while ann held it'],
    ['a task begun too early', [created('b', 'a'), claimed('b', 'ann')], 'b: claimed before a was done'],
    ['a task done twice', [claimed('a', 'ann'), completed('a', 'ann'), approved('a')], 'a: done a second time'],
  ])('notices %s', (_what, changes, problem) => {
    expect(auditLeases(changes).problems).toEqual([problem]);
  });

  it('notices an acknowledgement that the record does not know, and who still holds something', () => {
    const told: HandedIn[] = [{ task: 'a', agent: 'ann', fence: 2 }];
    const changes = [claimed('a', 'ann'), expired('a'), claimed('a', 'bob', 5)];
    expect(auditLeases(changes, told)).toMatchObject({
      problems: ['a: acknowledged to ann, which did not hold it'],
      held: ['a'],
    });
  });
});
