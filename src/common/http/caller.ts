import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError } from '../errors/domain-error.js';

/** What a credential may do; each may also do what those before it may. */
export const ROLES = ['reader', 'agent', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who sends a request, as its credential says. */
export interface Caller {
  /** Tells one credential from all others, for as long as it exists; no secret. */
  readonly id: string;
  readonly role: Role;
  /** Whom the credential belongs to; absent where anybody may have it, as the token of the server. */
  readonly name?: string;
}

/** Whoever has shown nothing, on a route that is open to all. */
const STRANGER: Caller = { id: 'stranger', role: 'reader' };

const CALLER = Symbol('caller');

/** Notes whom the guard found a request, or the body of one, to come from. */
export function setCaller(sent: object, caller: Caller): void {
  (sent as { [CALLER]?: Caller })[CALLER] = caller;
}

/** Whom a request, or the body of one, comes from. */
export function callerOf(sent: object): Caller {
  return (sent as { [CALLER]?: Caller })[CALLER] ?? STRANGER;
}

export function hasRole(caller: Pick<Caller, 'role'>, role: Role): boolean {
  return ROLES.indexOf(caller.role) >= ROLES.indexOf(role);
}

/** What to answer to a caller who may not do `what`. */
export function lacksRole({ name, role }: Pick<Caller, 'name' | 'role'>, needed: Role, what: string): DomainError {
  return new DomainError('forbidden', `${what} needs the role ${needed}; the key of ${name} has the role ${role}`);
}

/** @throws DomainError `forbidden` unless it is the caller's own, or the caller is an admin */
export function checkOwn(caller: Caller, owner: string | undefined, what: string): void {
  if (hasRole(caller, 'admin') || (owner !== undefined && owner === caller.name)) return;
  throw lacksRole(caller, 'admin', `${what} of ${owner ?? 'nobody'}`);
}

/** A handler's parameter of type {@link Caller}. */
export const TheCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<Request>()),
);
