import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';

/**
 * The building blocks of request DTOs. Each decorator says how a field is read (see {@link DtoPipe}), what it must be,
 * and what its OpenAPI schema is; whether it may be absent is said by {@link FieldOptions.optional}.
 */
export interface FieldOptions {
  optional?: boolean;
}

/** How one field is read and checked; stands as the constraint in class-validator's metadata. */
export interface FieldRule extends FieldOptions {
  /** Turns what was sent into what is stored; leaves alone what it does not understand. */
  read?(value: unknown): unknown;
  /** What is wrong with a value that is there, as a sentence about the field of this name. */
  problem(value: unknown, field: string): string | undefined;
  /** For a field that says who acts; see {@link actorOf}. */
  isActor?: true;
  /** For a field that holds other DTOs. */
  nested?: () => new () => object;
}

export type Schema = Omit<ApiPropertyOptions, 'required'> & { enumName?: string; 'x-actor'?: true };

const NAME_MAX_CHARACTERS = 256;
const LIST_MAX_ITEMS = 1000;
const SLUG = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MEBIBYTE = 1 << 20;
const OBJECT_MAX_DEPTH = 32;
export const PAGE_MAX_ITEMS = 10_000;

export const NAME_RULE = { read: trim, problem: nameProblem };
export const NAME_SCHEMA = { type: String, minLength: 1, maxLength: NAME_MAX_CHARACTERS };

/** A name or an id: trimmed, not empty, at most 256 characters. */
export const Name = (options: FieldOptions = {}): PropertyDecorator => field({ ...options, ...NAME_RULE }, NAME_SCHEMA);

/** A text for people: trimmed and not empty. */
export const Text = (options: FieldOptions = {}): PropertyDecorator =>
  field({ ...options, read: trim, problem: textProblem }, { type: String, minLength: 1 });

/** A text for people that may be empty or absent: trimmed. */
export const OptionalText = (): PropertyDecorator =>
  field({ optional: true, read: trim, problem: stringProblem }, { type: String });

/** A text that is kept to the byte. */
export const Verbatim = (options: FieldOptions = {}): PropertyDecorator =>
  field(
    { ...options, problem: (value, name) => (typeof value === 'string' ? undefined : `${name} must be a string`) },
    { type: String },
  );

/** A name that can be a file's or a part of a URL, but never a path: trimmed. */
export const Slug = (): PropertyDecorator =>
  field({ read: trim, problem: slugProblem }, { type: String, pattern: SLUG.source, maxLength: 64 });

/** A text that is kept to the byte, not empty, and at most so many MiB in UTF-8. */
export const Content = (maxMebibytes: number): PropertyDecorator =>
  field(
    {
      problem: (value, name) => {
        const problem = textProblem(value, name);
        if (problem !== undefined || Buffer.byteLength(value as string) <= maxMebibytes * MEBIBYTE) return problem;
        return `${name} must not be larger than ${maxMebibytes} MiB`;
      },
    },
    { type: String, minLength: 1 },
  );

/** `true` or `false` in a JSON body. */
export const Flag = (options: FieldOptions = {}): PropertyDecorator =>
  field({ ...options, problem: flagProblem }, { type: Boolean });

/** A {@link Name}, or `null` to take it away. */
export const NameOrNull = (): PropertyDecorator =>
  applyDecorators(
    field(
      { optional: true, read: trim, problem: (value, name) => (value === null ? undefined : nameProblem(value, name)) },
      { type: String, minLength: 1, maxLength: NAME_MAX_CHARACTERS },
    ),
    ApiProperty({ nullable: true, required: false }),
  );

/** One of a closed set. */
export const OneOf = (values: readonly string[], enumName: string, options: FieldOptions = {}): PropertyDecorator =>
  field(
    {
      ...options,
      read: trim,
      problem: (value, name) => {
        if (typeof value !== 'string') return `${name} must be a string, one of ${values.join(', ')}`;
        return values.includes(value)
          ? undefined
          : `invalid ${name}: ${value.slice(0, 64)} (one of ${values.join(', ')})`;
      },
    },
    { enum: [...values], enumName },
  );

/** A list of names, each trimmed; empty ones are dropped. At most 1,000. */
export const NameList = (options: FieldOptions = {}): PropertyDecorator =>
  field(
    {
      ...options,
      read: (value) => (Array.isArray(value) ? value.map(trim).filter((item) => item !== '') : value),
      problem: (value, name) => {
        if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
          return `${name} must be an array of strings`;
        if (value.length > LIST_MAX_ITEMS) return `${name} must not have more than ${LIST_MAX_ITEMS} items`;
        return value.map((item, i) => nameProblem(item, `${name}[${i}]`)).find((problem) => problem !== undefined);
      },
    },
    { type: String, isArray: true },
  );

/** A JSON object of the client's own, nested at most 32 deep. */
export const FreeObject = (options: FieldOptions = {}): PropertyDecorator =>
  field(
    {
      ...options,
      problem: (value, name) => {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${name} must be an object`;
        return isDeeperThan(value, OBJECT_MAX_DEPTH)
          ? `${name} must not be nested deeper than ${OBJECT_MAX_DEPTH} levels`
          : undefined;
      },
    },
    { type: Object, additionalProperties: true },
  );

/** A list of objects that are described by another DTO. At most 1,000 where nothing else is said. */
export const ListOf = (
  item: () => new () => object,
  { max = LIST_MAX_ITEMS, ...options }: FieldOptions & { notEmpty?: boolean; max?: number } = {},
): PropertyDecorator =>
  field(
    {
      ...options,
      nested: item,
      problem: (value, name) => {
        if (!Array.isArray(value)) return `${name} must be an array of objects`;
        if (options.notEmpty && value.length === 0) return `${name} must not be empty`;
        return value.length > max ? `${name} must not have more than ${max} items` : undefined;
      },
    },
    // The name `type` is what tells the OpenAPI document that the class is to be asked for later.
    { type: () => item(), isArray: true },
  );

/** A whole number in a JSON body. */
export const Integer = (min: number, max: number, options: FieldOptions = {}): PropertyDecorator =>
  field(
    { ...options, problem: (value, name) => integerProblem(value, name, min, max) },
    { type: 'integer', minimum: min, maximum: max },
  );

/** A whole number in a query. */
export const QueryInteger = (min: number, max: number): PropertyDecorator =>
  field(
    {
      optional: true,
      read: (value) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value),
      problem: (value, name) => integerProblem(value, name, min, max),
    },
    { type: 'integer', minimum: min, maximum: max },
  );

/** A filter in a query: trimmed; an empty one counts as not given. */
export const QueryText = OptionalText;

/** How many items a list may give at most: 1 to 10,000. */
export const Limit = (min = 1): PropertyDecorator => QueryInteger(min, PAGE_MAX_ITEMS);

/** `true` or `false` in a query. */
export const QueryFlag = (): PropertyDecorator =>
  field(
    {
      optional: true,
      read: (value) => (value === 'true' ? true : value === 'false' ? false : value),
      problem: flagProblem,
    },
    { type: Boolean },
  );

/** A field whose text means something that `parse` understands; what it means is worked out again where it is used. */
export const Parsed = (parse: (text: string) => unknown, expected: string): PropertyDecorator =>
  field(
    {
      optional: true,
      read: trim,
      problem: (value, name) =>
        typeof value === 'string' && parse(value) !== undefined ? undefined : `invalid ${name}: must be ${expected}`,
    },
    { type: String },
  );

/** Makes a decorator of a rule and its OpenAPI schema. */
export function field(rule: FieldRule, schema: Schema): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ ...schema, required: !rule.optional } as ApiPropertyOptions),
    ValidateBy({
      name: 'field',
      constraints: [rule],
      validator: {
        validate: (value: unknown) => problemWith(rule, value, '') === undefined,
      },
    }),
  );
}

/** What is wrong with a field's value, as a sentence about `name`; `undefined` when nothing is. */
export function problemWith(rule: FieldRule, value: unknown, name: string): string | undefined {
  if (value === undefined) return rule.optional ? undefined : `${name} is required`;
  const problem = rule.problem(value, name);
  // An empty text where there must be one is as good as none.
  return problem !== undefined && value === '' && !rule.optional ? `${name} is required` : problem;
}

export function trim(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

/** Half a surrogate pair cannot be stored as UTF-8, so two different names could become one. */
function stringProblem(value: unknown, name: string): string | undefined {
  if (typeof value !== 'string') return `${name} must be a string`;
  return value.isWellFormed() ? undefined : `${name} must be valid Unicode`;
}

function textProblem(value: unknown, name: string): string | undefined {
  return value === '' ? `${name} must not be empty` : stringProblem(value, name);
}

function nameProblem(value: unknown, name: string): string | undefined {
  const problem = textProblem(value, name);
  if (problem !== undefined || (value as string).length <= NAME_MAX_CHARACTERS) return problem;
  return `${name} must not be longer than ${NAME_MAX_CHARACTERS} characters`;
}

function slugProblem(value: unknown, name: string): string | undefined {
  const problem = textProblem(value, name);
  if (problem !== undefined || SLUG.test(value as string)) return problem;
  const rule = 'letters, digits, ".", "_" and "-", at most 64, beginning with a letter or digit, without ".."';
  return `invalid ${name}: ${(value as string).slice(0, 64)} (${rule})`;
}

function flagProblem(value: unknown, name: string): string | undefined {
  return typeof value === 'boolean' ? undefined : `${name} must be true or false`;
}

export function integerProblem(value: unknown, name: string, min: number, max: number): string | undefined {
  const isInRange = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
  return isInRange ? undefined : `invalid ${name}: must be a whole number from ${min} to ${max}`;
}

function isDeeperThan(value: object, depth: number): boolean {
  if (depth === 0) return true;
  return Object.values(value).some(
    (inner: unknown) => typeof inner === 'object' && inner !== null && isDeeperThan(inner, depth - 1),
  );
}
