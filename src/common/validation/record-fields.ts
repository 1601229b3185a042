import { ApiPropertyOptions } from '@nestjs/swagger';
import { field, FieldOptions, integerProblem, trim } from './fields.js';
import { INSTANT_FORM, parseInstant } from './time.js';

/** Fields of what is recorded about the past: when it was, and how much. */

const TALLY_MAX_NAMES = 1000;
const TALLY_NAME_MAX_CHARACTERS = 256;

/** A point in time; kept as ISO 8601 UTC with milliseconds. */
export const Instant = (options: FieldOptions = {}): PropertyDecorator =>
  field(
    {
      ...options,
      read: (value) => (typeof value === 'string' ? (parseInstant(value.trim()) ?? trim(value)) : value),
      problem: (value, name) => {
        if (value === '') return `${name} is required`;
        const isInstant = typeof value === 'string' && parseInstant(value) !== undefined;
        return isInstant ? undefined : `invalid ${name}: must be ${INSTANT_FORM}`;
      },
    },
    { type: String },
  );

/** A number from 0 to `max` that need not be whole. */
export const Amount = (max: number): PropertyDecorator =>
  field(
    {
      problem: (value, name) =>
        typeof value === 'number' && value >= 0 && value <= max
          ? undefined
          : `invalid ${name}: must be a number from 0 to ${max}`,
    },
    { type: Number, minimum: 0, maximum: max },
  );

/** An object that is described by another DTO. */
export const ObjectOf = (item: () => new () => object): PropertyDecorator =>
  field(
    {
      nested: item,
      problem: (value, name) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : `${name} must be an object`,
    },
    { type: () => item() },
  );

/** How often something was: a whole number, or one for each of up to 1,000 names. */
export const Tally = (): PropertyDecorator => field({ optional: true, problem: tallyProblem }, TALLY_SCHEMA);

export const TALLY_SCHEMA: ApiPropertyOptions = {
  oneOf: [
    { type: 'integer', minimum: 0 },
    { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } },
  ],
};

function tallyProblem(value: unknown, name: string): string | undefined {
  if (typeof value === 'number') return integerProblem(value, name, 0, Number.MAX_SAFE_INTEGER);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `${name} must be a number or an object of numbers`;
  }
  const entries = Object.entries(value);
  if (entries.length > TALLY_MAX_NAMES) return `${name} must not have more than ${TALLY_MAX_NAMES} names`;
  if (entries.some(([key]) => key.length > TALLY_NAME_MAX_CHARACTERS)) {
    return `names in ${name} must not be longer than ${TALLY_NAME_MAX_CHARACTERS} characters`;
  }
  return entries
    .map(([key, count]) => integerProblem(count, `${name}.${key}`, 0, Number.MAX_SAFE_INTEGER))
    .find((problem) => problem !== undefined);
}
