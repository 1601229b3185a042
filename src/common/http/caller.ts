import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

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
type Called = Request & { [CALLER]?: Caller };

/** Notes who the guard found a request to come from. */
export function setCaller(request: Request, caller: Caller): void {
  (request as Called)[CALLER] = caller;
}

export function callerOf(request: Request): Caller {
  return (request as Called)[CALLER] ?? STRANGER;
}

/** A handler's parameter of type {@link Caller}. */
export const TheCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<Request>()),
);
