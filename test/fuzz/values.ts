import fc, { type Arbitrary } from 'fast-check';

/** Kinds of values that stand where a field, a parameter or a part of a path is expected. */
export const VALUE_KINDS = ['wrong type', 'huge', 'deep', 'unicode', 'control characters', 'prototype names'] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

const UNICODE = [
  '\ud800',
  'a\udc00b',
  '\udfff\ud800',
  '\u202eevil\u202c',
  '\u200b\u200d\u2060\ufeff',
  '\u0000',
  'e\u0301\u0301\u0301',
  '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}',
  '\uffff\ufffe',
  '\u0130\u0131\u00df\ufb01',
  'שלום',
  '\u00a0\u3000',
  'ﷺ'.repeat(256),
];
const CONTROLS = [
  '\u0000',
  'a\r\nSet-Cookie: session=x',
  '\n[2026-01-31T12:00:00.000Z] (root) forged',
  '\u001b[2J\u001b[31m',
  '\b\f\v\t\u007f\u0085',
  '\u2028\u2029',
  '\u0001'.repeat(256),
  'data: x\n\nid: y\n\n',
];
const PROTOTYPE_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'toJSON',
  'then',
  'length',
];
const WRONG_TYPES = [
  ...['null', 'true', 'false', '0', '-1', '-0', '1.5', '1e308', '1e400', '9007199254740993', '""', '" "', '"x"', '"1"'],
  ...['[]', '[[]]', '[null]', '[{}]', '["x"]', '{}', '{"$gt": ""}', '{"length": 1}', '{"0": "x"}', '[1, "x", null]'],
];
const KIBIBYTE = 1 << 10;
const LENGTHS = [257, 4 * KIBIBYTE, 64 * KIBIBYTE];
const DEPTHS = [33, 200, 2000, 100_000];
/** Longer ones make a request line that Node cuts off. */
const URL_TEXT_MAX = 2 * KIBIBYTE;

const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 24 })
  .map((units) => String.fromCharCode(...units));
const controlText = fc
  .array(fc.integer({ min: 0, max: 0x9f }), { maxLength: 12 })
  .map((units) => String.fromCharCode(...units));

const quoted = (texts: Arbitrary<string>): Arbitrary<string> => texts.map((text) => JSON.stringify(text));
const repeated = (unit: string): Arbitrary<string> =>
  fc.constantFrom(...LENGTHS).map((length) => `"${unit.repeat(length)}"`);

const prototypeNames = fc.constantFrom(...PROTOTYPE_NAMES);

/** Values as JSON text, because some of them cannot be written otherwise. */
const JSON_VALUES: Record<ValueKind, Arbitrary<string>> = {
  'wrong type': fc.oneof(fc.constantFrom(...WRONG_TYPES), fc.json({ maxDepth: 3 })),
  huge: fc.oneof(
    { arbitrary: repeated('x'), weight: 8 },
    { arbitrary: repeated('ü'), weight: 4 },
    fc.constantFrom('9'.repeat(400), '-1e308', `[${'"x",'.repeat(1000)}"x"]`, `[${'{},'.repeat(10_000)}{}]`),
    fc.constantFrom(2000, 20_000).map((size) => `{${Array.from({ length: size }, (_, i) => `"k${i}":${i}`).join()}}`),
    fc.constant(`"${'x'.repeat(KIBIBYTE * KIBIBYTE)}"`),
  ),
  deep: fc
    .tuple(fc.constantFrom(...DEPTHS), fc.boolean())
    .map(([depth, isList]) =>
      isList ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    ),
  unicode: quoted(fc.oneof(fc.constantFrom(...UNICODE), anyText)),
  'control characters': quoted(fc.oneof(fc.constantFrom(...CONTROLS), controlText)),
  'prototype names': fc.oneof(
    quoted(prototypeNames),
    prototypeNames.map((name) => `{"${name}": {"polluted": true}}`),
    prototypeNames.map((name) => `["${name}"]`),
  ),
};

/** Escapes and bytes that mean something to whoever reads URLs. */
const URL_ODDITIES = [
  ...[
    '%00',
    '%',
    '%zz',
    '%ff',
    '%ed%a0%80',
    '%c0%ae%c0%ae',
    '..',
    '.',
    '%2e%2e',
    '%2e',
    '..%2f..',
    '%2F',
    '%5c',
    '%252f',
  ],
  ...[
    '+',
    '%2B',
    '%20',
    '%0d%0aX-Injected:%201',
    ';x=1',
    '*',
    ':id',
    '{id}',
    '%3f',
    '%23',
    '&',
    '=',
    '%26x=1',
    "'",
    '"',
  ],
  ...["'--", '%27;drop', '~', '@', '!', '$', '(', '|', '^', '`', '<script>', '\u00e4', '\u00ff', '_', '-1', '0', '1e3'],
];

/** The same for a place in a URL, percent-encoded or not. */
const URL_VALUES: Record<ValueKind, Arbitrary<string>> = {
  'wrong type': fc.oneof(fc.constantFrom(...URL_ODDITIES), fc.constantFrom(...WRONG_TYPES).map(encode)),
  huge: fc.constantFrom('x'.repeat(257), '9'.repeat(400), 'x'.repeat(URL_TEXT_MAX), '%61'.repeat(600)),
  deep: fc.constantFrom('[]'.repeat(200), '%5B%5D'.repeat(200), encode('['.repeat(400)), '[a]'.repeat(300)),
  unicode: fc.oneof(fc.constantFrom(...UNICODE), anyText).map(encode),
  'control characters': fc.oneof(fc.constantFrom(...CONTROLS), controlText).map(encode),
  'prototype names': prototypeNames,
};

export const jsonValue = (kind: ValueKind): Arbitrary<string> => JSON_VALUES[kind];
export const urlValue = (kind: ValueKind): Arbitrary<string> => URL_VALUES[kind];
export const prototypeName = prototypeNames;

/** Like `encodeURIComponent`, but half a surrogate pair becomes the bytes that a careless encoder would make of it. */
export function encode(text: string): string {
  return Array.from(text, (character) =>
    character.isWellFormed() ? encodeURIComponent(character) : halfPair(character.charCodeAt(0)),
  ).join('');
}

function halfPair(unit: number): string {
  const bytes = [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)];
  return bytes.map((byte) => `%${byte.toString(16)}`).join('');
}
