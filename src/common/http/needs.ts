import { applyDecorators, ExecutionContext, RequestMethod, SetMetadata } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { ApiExtension } from '@nestjs/swagger';
import type { Role } from './caller.js';
import { IS_PUBLIC } from './public.js';

export const NEEDED_ROLE = 'neededRole';
/** Where the OpenAPI document says what an operation needs. */
export const ROLE_EXTENSION = 'x-role';

/**
 * Says who may call a handler. One that reads needs no more than a credential where nothing is said; every other has to
 * say it, and is an admin's until then.
 */
export const Needs = (role: Role): MethodDecorator =>
  applyDecorators(SetMetadata(NEEDED_ROLE, role), ApiExtension(ROLE_EXTENSION, role));

export function defaultRole(isRead: boolean): Role {
  return isRead ? 'reader' : 'admin';
}

/** Who may call a handler; everyone when absent. */
interface Access {
  role?: Role;
}

type Handler = ReturnType<ExecutionContext['getHandler']>;
const accesses = new WeakMap<Handler, Access>();

/** The role that a request needs; `undefined` when everyone may send it. Read off the handler once, not per request. */
export function neededRole(context: ExecutionContext): Role | undefined {
  const handler = context.getHandler();
  let access = accesses.get(handler);
  if (!access) accesses.set(handler, (access = accessTo(handler)));
  return access.role;
}

function accessTo(handler: Handler): Access {
  if (Reflect.hasMetadata(IS_PUBLIC, handler)) return {};
  const declared = Reflect.getMetadata(NEEDED_ROLE, handler) as Role | undefined;
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
  return { role: declared ?? defaultRole(method === RequestMethod.GET) };
}
