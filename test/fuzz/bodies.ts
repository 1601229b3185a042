import fc, { type Arbitrary } from 'fast-check';
import type { ApiDocument, Schema } from './document.ts';

const FEW = 3;
const NAMES = ['a', 'b-1', 'c.d', 'E_9', 'builder-1', 'x'.repeat(64)];
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const DURATIONS = ['24h', '30m', '7d', '4w'];
const MOMENTS = ['2026-01-31T12:00:00Z', '2026-01-31', '2026-01-31T12:00:00.5+02:00'];
/** What an answer may wait for: more than a second of it would only make the run long. */
const WAIT_FIELD = 'waitSeconds';
const WAIT_MAX_SECONDS = 1;

/** Values that the schema allows; mostly plain ones, so that many are accepted whatever else there is to a field. */
export function valueOf(schema: Schema, document: ApiDocument): Arbitrary<unknown> {
  const found = document.resolve(schema);
  const { example } = { ...found, ...schema };
  const base = anyOf(found, document, example);
  return found.nullable ? fc.oneof({ arbitrary: base, weight: 5 }, fc.constant(null)) : base;
}

function anyOf(schema: Schema, document: ApiDocument, example: unknown): Arbitrary<unknown> {
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map((one) => valueOf(one, document)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return text(schema, example);
    case 'integer':
    case 'number':
      return number(schema);
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valueOf(schema.items ?? {}, document), { maxLength: FEW });
    case 'object':
      return schema.properties ? record(schema, document) : dictionary(schema, document);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function record({ properties = {}, required = [] }: Schema, document: ApiDocument): Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const wanted = name === WAIT_FIELD ? { ...schema, maximum: WAIT_MAX_SECONDS } : schema;
    return [name, valueOf(wanted, document)] as const;
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: required as never[] });
}

function dictionary({ additionalProperties }: Schema, document: ApiDocument): Arbitrary<unknown> {
  if (typeof additionalProperties !== 'object') return fc.object({ maxDepth: 1, maxKeys: FEW, values: [fc.integer()] });
  return fc.dictionary(fc.constantFrom(...NAMES), valueOf(additionalProperties, document), { maxKeys: FEW });
}

function text({ pattern, minLength = 0, maxLength = 40 }: Schema, example: unknown): Arbitrary<string> {
  const plain = typeof example === 'string' ? example : 'text';
  if (pattern !== undefined) return fc.constantFrom(plain, ...NAMES);
  if (/^\d{4}-\d\d-\d\d/.test(plain)) return fc.constantFrom(plain, ...MOMENTS);
  if (/^\d+[mhdw]$/.test(plain)) return fc.constantFrom(plain, ...DURATIONS);
  if (ULID.test(plain)) return fc.constant(plain);
  const free = fc.string({ unit: 'grapheme', minLength: Math.max(1, minLength), maxLength: Math.min(20, maxLength) });
  return fc.oneof({ arbitrary: fc.constantFrom(plain, ...NAMES), weight: 3 }, free);
}

function number({ type, minimum = 0, maximum = 1000 }: Schema): Arbitrary<number> {
  if (type === 'integer') return fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 31) });
  return fc.oneof(fc.integer({ min: minimum, max: Math.min(maximum, 65_535) }), fc.constant(minimum));
}
