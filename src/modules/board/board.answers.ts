import { Answer } from '../../common/http/answer.js';
import type { TaskText } from './board.repository.js';
import type { Claimed } from './claims.service.js';
import type { Lease } from './lease.entity.js';
import type { Outcome } from './waiter.js';

/** A task, with its version as `ETag`. */
export function taskAnswer({ json, version }: TaskText): Answer {
  return Answer.json(json, { ETag: `"${version}"` });
}

/** `{"task": …, "lease": …}` */
export function claimAnswer({ task: { json, version }, lease }: Claimed): Answer {
  return taskAnswer({ json: `{"task":${json},"lease":${JSON.stringify(lease)}}`, version });
}

/** The same, or `{"task": null, "reason": …}`. */
export function nextAnswer(outcome: Outcome): Answer {
  return typeof outcome === 'string' ? Answer.json(`{"task":null,"reason":"${outcome}"}`) : claimAnswer(outcome);
}

/** `{"lease": …}` */
export function renewalAnswer(lease: Lease): Answer {
  return Answer.json(JSON.stringify({ lease }));
}
