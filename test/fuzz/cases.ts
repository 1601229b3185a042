import fc, { type Arbitrary } from 'fast-check';
import { valueOf } from './bodies.ts';
import type { ApiDocument, Operation } from './document.ts';
import { extended, replaced, without } from './mutate.ts';
import { oddPath } from './odd-paths.ts';
import { BROKEN_BODIES, HEADERS, KEYS, MEDIA_TYPES, METHODS, ODD_QUERIES } from './oddities.ts';
import { encode, jsonValue, prototypeName, urlValue, VALUE_KINDS, type ValueKind } from './values.ts';

const BODY_KINDS = ['missing field', 'extra field', 'broken body', 'media type'] as const;
const OTHER_KINDS = ['method', 'path', 'query', 'headers'] as const;
const DOCUMENTED = 'as documented';
const KINDS = [DOCUMENTED, ...VALUE_KINDS, ...BODY_KINDS, ...OTHER_KINDS] as const;
export type Kind = (typeof KINDS)[number];

export const CREDENTIALS = [
  'bearer',
  'agent key',
  'reader key',
  'session',
  'none',
  'wrong bearer',
  'wrong session',
] as const;
export type Credential = (typeof CREDENTIALS)[number];

/** A request to send; ids of what exists are filled in when it is sent. */
export interface Case {
  operation: Operation;
  kind: Kind;
  credential: Credential;
  /** Spreads requests over clients, because credentials that fail are counted by client. */
  client: number;
  method: string;
  /** Parts of the path, with numbers for the parameters whose place something that exists shall take. */
  path: Record<string, string | number>;
  /** What is made of the path in the end. */
  bend: (path: string) => string;
  query: string[];
  headers: [name: string, value: string][];
  /** The `Idempotency-Key`; of so few that they come again. */
  key?: string;
  body?: string | Buffer;
}

/** Any request to any of the operations. */
export function anyCase(document: ApiDocument): Arbitrary<Case> {
  // What empties a whole list comes seldom, because little is found in an empty one.
  const operations = document.operations.map((operation) => ({
    arbitrary: fc.constant(operation),
    weight: operation.method === 'DELETE' && operation.pathParameters.length === 0 ? 1 : 5,
  }));
  return fc.oneof(...operations).chain((operation) => {
    const kinds = operation.body ? KINDS : KINDS.filter((kind) => !(BODY_KINDS as readonly string[]).includes(kind));
    // As documented more often than any other, so that there is something that hostile requests can hit.
    return fc
      .constantFrom(...kinds, DOCUMENTED, DOCUMENTED)
      .chain((kind) => plainCase(operation, kind, document).chain((plain) => spoiled(plain, document)));
  });
}

type PlainCase = Case & { fields?: unknown; place: number };

function plainCase(operation: Operation, kind: Kind, document: ApiDocument): Arbitrary<PlainCase> {
  const query = operation.query.filter(({ name }) => name !== 'cursor');
  return fc.record({
    operation: fc.constant(operation),
    kind: fc.constant(kind),
    credential: fc.oneof(fc.constant('bearer' as const), fc.constantFrom(...CREDENTIALS)),
    client: fc.oneof(fc.constant(0), fc.nat({ max: 0xffff })),
    method: fc.constant(operation.method),
    path: fc.record(
      Object.fromEntries(
        operation.pathParameters.map((name) => [
          name,
          fc.oneof({ arbitrary: fc.constant(0), weight: 4 }, fc.nat({ max: 30 })),
        ]),
      ),
    ),
    bend: fc.constant((path: string) => path),
    query: fc
      .record(Object.fromEntries(query.map(({ name, schema }) => [name, valueOf(schema, document)])), {
        requiredKeys: [],
      })
      .map((given) => Object.entries(given).map(([name, value]) => `${name}=${encode(String(value))}`)),
    headers: fc.constant([]),
    ...(operation.method === 'POST' && { key: fc.option(fc.constantFrom(...KEYS), { nil: undefined }) }),
    fields: operation.body ? valueOf(operation.body.schema, document) : fc.constant(undefined),
    place: fc.nat({ max: 60 }),
  });
}

function spoiled({ fields, place, ...plain }: PlainCase, document: ApiDocument): Arbitrary<Case> {
  const { operation, kind } = plain;
  const base: Case = { ...plain, ...(fields !== undefined && { body: JSON.stringify(fields) }) };
  switch (kind) {
    case 'as documented':
      return fc.constant(base);
    case 'missing field':
      return fc.constant({ ...base, body: without(fields, place) });
    case 'extra field':
      return fc
        .tuple(fc.oneof(prototypeName, fc.string({ maxLength: 5 })), jsonValue('wrong type'))
        .map(([name, json]) => ({ ...base, body: extended(fields, place, name, json) }));
    case 'broken body':
      return fc.oneof(fc.constantFrom(...BROKEN_BODIES), cutOff(base)).map((body) => ({ ...base, body }));
    case 'media type':
      return fc.constantFrom(...MEDIA_TYPES).map((headers) => ({ ...base, headers }));
    case 'method':
      return fc.constantFrom(...METHODS).map((method) => ({ ...base, method }));
    case 'path':
      return oddPath.map((bend) => ({ ...base, bend }));
    case 'query':
      return fc
        .tuple(
          fc.constantFrom(...document.operations.flatMap(({ query }) => query.map(({ name }) => name)), 'x'),
          fc.constantFrom(...ODD_QUERIES),
        )
        .map(([name, odd]) => ({ ...base, query: [...base.query, odd.replaceAll('NAME', name)] }));
    case 'headers':
      return fc.constantFrom(...HEADERS).map((header) => ({ ...base, headers: [header] }));
    default:
      return misplaced(base, fields, place, kind, operation);
  }
}

/** Puts a value of some kind into the body, the query or the path. */
function misplaced(base: Case, fields: unknown, place: number, kind: ValueKind, operation: Operation): Arbitrary<Case> {
  const targets: Arbitrary<Case>[] = [];
  if (operation.body) targets.push(jsonValue(kind).map((json) => ({ ...base, body: replaced(fields, place, json) })));
  const [parameter] = operation.pathParameters;
  if (parameter !== undefined) {
    targets.push(urlValue(kind).map((value) => ({ ...base, path: { ...base.path, [parameter]: value } })));
  }
  if (operation.query.length > 0 || targets.length === 0) {
    const names = [...operation.query.map(({ name }) => name), ...(operation.query.length === 0 ? ['x'] : [])];
    const name = names[place % names.length] ?? 'x';
    targets.push(urlValue(kind).map((value) => ({ ...base, query: [`${name}=${value}`] })));
  }
  return fc.oneof(...targets);
}

function cutOff({ body = '' }: Case): Arbitrary<string> {
  return fc.nat({ max: Math.max(0, body.length - 1) }).map((length) => String(body).slice(0, length));
}
