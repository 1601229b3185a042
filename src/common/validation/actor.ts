import { DomainError } from '../errors/domain-error.js';
import type { Caller } from '../http/caller.js';
import { field, FieldOptions, NAME_RULE, NAME_SCHEMA } from './fields.js';

/**
 * The name of who acts. Where a body leaves it out, it is the name that the caller's credential has, if any; an agent's key
 * can give no other.
 */
export const Actor = (options: FieldOptions = {}): PropertyDecorator =>
  field({ ...options, ...NAME_RULE, isActor: true }, { ...NAME_SCHEMA, 'x-actor': true });

/**
 * Who acts, as far as the caller may say so; what is no name at all is left to the field's rule.
 * @throws DomainError `forbidden` for a name that is not the caller's to use
 */
export function actorOf({ role, name }: Caller, given: unknown, field: string): unknown {
  if (given === undefined || given === name) return name;
  if (role === 'admin' || typeof given !== 'string' || given === '') return given;
  throw new DomainError('forbidden', `${field} must be ${name}, whose key this is: others need the role admin`);
}
