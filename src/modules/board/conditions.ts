import { applyDecorators, createParamDecorator, ExecutionContext, HttpStatus } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request } from 'express';
import { conflict, DomainError, invalidInput } from '../../common/errors/domain-error.js';
import { Caller, callerOf } from '../../common/http/caller.js';
import { ApiRefusal, type ErrorBody } from '../../common/openapi/refusals.js';
import type { CurrentTask } from './board.repository.js';
import type { Lease } from './lease.entity.js';
import { LeaseRefusal, type LeaseRefusalCode } from './lease-refusal.entity.js';
import type { Move } from './lease-rules.js';

/** On what a request may change a task. */
export interface Conditions {
  caller: Pick<Caller, 'role' | 'name'>;
  /** The fence of the lease that the client believes to hold. */
  fence?: number;
  /** The versions of the task that the client has in mind; absent when any will do. */
  versions?: readonly string[];
}

/** What the server does by itself, or somebody whom nothing keeps from it. */
export const UNCONDITIONAL: Conditions = { caller: { role: 'admin' } };

const FENCE = /^[1-9]\d{0,14}$/;
/** Any, or a list of strong or weak entity tags: https://www.rfc-editor.org/rfc/rfc9110#name-if-match */
const IF_MATCH = /^(\*|(W\/)?"[\x21\x23-\x7e]*"(\s*,\s*(W\/)?"[\x21\x23-\x7e]*")*)$/;
const TAG = /(W\/)?"([^"]*)"/g;

/** A handler's parameter of type {@link Conditions}. */
export const TheConditions = createParamDecorator((_: unknown, context: ExecutionContext): Conditions => {
  const request = context.switchToHttp().getRequest<Request>();
  return { caller: callerOf(request), fence: fenceOf(request), versions: versionsOf(request) };
});

/** Documents that a handler's change needs the fence of a task that is held. */
export const ApiFenced = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'If-Fence',
      required: false,
      description: "The fence of the task's lease, where the body does not say it. The admin token needs none.",
      schema: { type: 'integer', minimum: 1 },
    }),
    ApiRefusal(
      HttpStatus.CONFLICT,
      'another agent holds the task, or the fence is not that of its lease',
      LeaseRefusal,
    ),
  );

/** Documents that a handler changes only the version of a task that the client means. */
export const ApiIfMatch = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({ name: 'If-Match', required: false, description: 'The `ETag` that the task must have.' }),
    ApiRefusal(HttpStatus.PRECONDITION_FAILED, 'the task has another version'),
  );

/**
 * Refuses a change of a task whose conditions do not hold.
 * @throws DomainError `precondition_failed`, `held`, `lease_lost`
 */
export function checkConditions(task: CurrentTask, change: Move, conditions: Conditions, left: () => number): void {
  const { versions, fence, caller } = conditions;
  if (versions && !versions.includes(String(task.version))) {
    throw new DomainError('precondition_failed', `the task has version ${task.version} by now`);
  }
  if (fence !== undefined) leaseOfHolder(task, fence, caller);
  else if (task.lease && caller.role !== 'admin' && needsFence(change)) throw heldByOther(task, left());
}

/**
 * The lease of a task, for its holder.
 * @throws DomainError `lease_lost` for everybody else
 */
export function leaseOfHolder({ lease }: CurrentTask, fence: number, { role, name }: Conditions['caller']): Lease {
  const speaksForHolder = role === 'admin' || name === lease?.agent;
  if (lease?.fence === fence && speaksForHolder) return lease;
  const message = lease ? `the lease is lost: ${lease.agent} holds the task` : 'the lease is lost: it has ended';
  throw leaseConflict('lease_lost', message, lease && { holder: lease.agent });
}

/**
 * The fence without which nothing can be done.
 * @throws DomainError `invalid_input`
 */
export function fenceIn({ fence }: Conditions): number {
  if (fence !== undefined) return fence;
  throw invalidInput([{ field: 'fence', message: 'fence is required' }]);
}

/** That another agent, or another session of the same, has the task. */
export function heldByOther({ lease }: CurrentTask, secondsLeft: number): DomainError {
  const holder = lease?.agent ?? '';
  return leaseConflict('held', `${holder} holds the task for another ${secondsLeft} s`, { holder, secondsLeft });
}

/** A refusal that has to do with who holds a task; it never names a way round itself, since agents copy what they read. */
export function leaseConflict(
  code: LeaseRefusalCode,
  message: string,
  facts: Omit<LeaseRefusal, keyof ErrorBody | 'code'> = {},
): DomainError {
  return conflict(message, { code, ...facts });
}

function needsFence({ set, unset, artifacts, deleted }: Move): boolean {
  const movesIt = set?.status !== undefined || set?.assignee !== undefined || unset?.includes('assignee');
  return movesIt || artifacts !== undefined || deleted === true;
}

/** What the body says beats the header; whether it is a number from 1 is checked with the rest of the body. */
function fenceOf({ headers, body }: Request): number | undefined {
  const fence = (body as { fence?: unknown } | null)?.fence;
  if (typeof fence === 'number') return fence;
  const text = headers['if-fence'];
  if (text === undefined) return undefined;
  if (typeof text === 'string' && FENCE.test(text)) return Number(text);
  throw badHeader('If-Fence', 'a whole number from 1');
}

function versionsOf({ headers }: Request): string[] | undefined {
  const text = headers['if-match'];
  if (text === undefined || text === '*') return undefined;
  if (!IF_MATCH.test(text)) throw badHeader('If-Match', 'entity tags such as "3"');
  // A weak one never matches.
  return [...text.matchAll(TAG)].flatMap(([, weak, tag = '']) => (weak ? [] : [tag]));
}

function badHeader(name: string, expected: string): DomainError {
  return invalidInput([{ field: name, message: `invalid ${name}: must be ${expected}` }]);
}
