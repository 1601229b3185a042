import { expect, it } from '@jest/globals';
import type { TaskChange } from '../../../board/task.entity.js';
import { changeLines } from './task-history.js';

const lease = { agent: 'mason', fence: 2, leaseSeconds: 900, claimedAt: '', expiresAt: '', progressAt: '' };

it.each<[string, Partial<TaskChange>, string[]]>([
  ['a claim', { action: 'claim', set: { status: 'in_progress', assignee: 'mason', lease } }, ['Claimed for 15m']],
  ['its end', { action: 'complete', set: { status: 'done' }, unset: ['lease'] }, ['Completed']],
  [
    'the last attempt',
    {
      action: 'fail',
      set: { attempts: 3, status: 'blocked', deadLetter: true },
      unset: ['assignee', 'lease'],
      notes: [{ id: '', author: 'mason', content: 'no stones', type: 'blocker', createdAt: '' }],
    },
    ['Given up on', 'Too many attempts: a dead letter', 'Note (blocker): no stones'],
  ],
  [
    'a move by hand that ends a lease',
    { set: { status: 'open', attempts: 0 }, unset: ['assignee', 'lease', 'deadLetter'] },
    ['Status → Open', 'Assignee taken away', 'Lease ended', 'No dead letter any more'],
  ],
  ['a priority', { set: { priority: 0, maxAttempts: 5 } }, ['Priority → 0', 'Attempts at most → 5']],
  ['a deletion', { deleted: true }, ['Deleted']],
])('tells %s in words', (_, change, lines) => {
  expect(changeLines(change)).toEqual(lines);
});
