import { TOKEN } from './app.js';

/** A field of a body: what it accepts, and what it refuses with which sentence, and for which of its items. */
export interface Field {
  accepted: unknown;
  refused: [value: unknown, sentence: (path: string) => string, item?: string][];
  isOptional?: true;
  /** The fields of each of its items. */
  items?: Fields;
  /** The fields of the object that it is. */
  fields?: Fields;
}

export type Fields = Record<string, Field>;

/** What there is to know of a route to tell what it refuses. */
export interface Route {
  /** Method and path; `:id` stands for something that exists. */
  route: string;
  body?: Fields;
  /** Parameters of the query and values that they refuse. */
  query?: Record<string, string[]>;
  /** How many MiB a body may have; 1 where nothing is said. */
  limitMebibytes?: number;
  /** The sentence for an id that does not exist. */
  unknown?: string;
}

export interface Refusal {
  title: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer<ArrayBuffer>;
  status: number;
  /** A part of the sentence. */
  error: string;
  /** The field that the details name. */
  field?: string;
  /** The header `Allow`. */
  allow?: string;
}

export const CREDENTIAL = { Authorization: `Bearer ${TOKEN}` };
const WRONG_CREDENTIALS = ['', 'Bearer', 'Bearer wrong', `Bearer ${TOKEN}x`, `Bearer ${TOKEN} x`, TOKEN, 'Basic eDp5'];
const UNKNOWN_IDS = ['01K9XW5T3V8Z6Q2N4M7P1R0SAB', 'nonsense', '__proto__', 'constructor', '%20'];
const METHODS = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'];
const NO_JSON = ['{"title": ', '{title: 1}', 'nonsense', '{} {}', 'a=b&c=d', Buffer.from([0x22, 0xff, 0x22])];
const NO_OBJECTS = ['null', '[]', '"x"', '1', 'true'];
const TITLE_MAX_CHARACTERS = 60;

export const NO_INSTANTS = [
  'nonsense',
  '2026-13-01',
  '2026-02-30',
  '2026-01-32',
  '2026-01-31T25:00',
  '31.1.2026',
  '1769860800000',
  '7d',
];

type Refused = Field['refused'][number];

const isRequired = (path: string): string => `${path} is required`;
const isNamed = (path: string): string => path;
const isInvalid =
  (value: string) =>
  (path: string): string =>
    `invalid ${path}: ${value}`;

const NO_STRINGS: Field['refused'] = [42, true, null, {}, ['x']].map((value) => [value, isNamed]);
const BLANKS: Field['refused'] = ['', ' \n '].map((value) => [value, isRequired]);

/** Text that may be blank. */
export const prose = (accepted: string): Field => ({ accepted, refused: NO_STRINGS, isOptional: true });

export const text = (accepted: string): Field => ({ accepted, refused: [...NO_STRINGS, ...BLANKS] });

export const name = (accepted: string): Field => ({
  accepted,
  refused: [...NO_STRINGS, ...BLANKS, ['x'.repeat(257), isNamed], ['\ud800', isNamed]],
});

export const choice = (accepted: string): Field => ({
  accepted,
  refused: [...NO_STRINGS, ['banana', isInvalid('banana')], ['constructor', isInvalid('constructor')], ['', isNamed]],
});

export const strings = (accepted: string[]): Field => ({
  accepted,
  refused: [42, true, null, {}, 'x', [1], ['x', null], [['x']], [{}]].map((value) => [value, isNamed]),
});

export const object = (accepted: object): Field => ({
  accepted,
  refused: [42, true, null, 'x', [], nested(33)].map((value) => [value, isNamed]),
});

/** A name that nothing but a name can be. */
export const slug = (accepted: string): Field => ({
  accepted,
  refused: [
    ...NO_STRINGS,
    ...BLANKS,
    ...['../x', 'a/b', 'a..b', '.a', '-a', '_a', 'a b', 'ä', 'a\u0000', 'a\\b', '%2e', 'x'.repeat(65)].map(
      (value): Field['refused'][number] => [value, isInvalid(value.slice(0, 64))],
    ),
  ],
});

/** Text that is kept to the byte. */
export const content = (accepted: string, maxMebibytes: number): Field => ({
  accepted,
  refused: [
    ...NO_STRINGS,
    ['', isRequired],
    ['\ud800', isNamed],
    ['x'.repeat((maxMebibytes << 20) + 1), isNamed],
    ['ü'.repeat((maxMebibytes << 19) + 1), isNamed],
  ],
});

export const flag = (accepted: boolean): Field => ({
  accepted,
  refused: [0, 1, null, {}, [true], 'true', ''].map((value) => [value, isNamed]),
});

export const whole = (accepted: number, refused: number[]): Field => ({
  accepted,
  refused: [...refused, `${accepted}`, true, null, {}, [accepted]].map((value) => [value, isNamed]),
});

/** A list of objects. */
export const objects = (items: Fields): Field => ({
  accepted: [acceptedBody(items)],
  refused: [
    ...[42, true, null, 'x', {}].map((value): Field['refused'][number] => [value, isNamed]),
    ...[[1], [null], [['x']], ['x']].map((value): Field['refused'][number] => [value, isNamed, '[0]']),
  ],
  items,
});

/** An object with fields of its own. */
export const record = (fields: Fields): Field => ({
  accepted: acceptedBody(fields),
  refused: [42, true, null, 'x', []].map((value) => [value, isNamed]),
  fields,
});

/** A whole number, or an object of them. */
export const tally = (accepted: object): Field => ({
  accepted,
  refused: [-1, 1.5, 2 ** 53, '1', true, null, [], [1], { a: -1 }, { a: 0.5 }, { a: '1' }, { a: null }, { a: {} }].map(
    (value) => [value, isNamed],
  ),
  isOptional: true,
});

/** A point in time. */
export const instant = (accepted: string): Field => ({
  accepted,
  refused: [...NO_STRINGS, ...BLANKS, ...[...NO_INSTANTS, 1_769_860_800_000].map((value): Refused => [value, isNamed])],
});

export const notEmpty = (field: Field): Field => ({ ...field, refused: [...field.refused, [[], isNamed]] });

/** A field that may be absent; blank text is then no longer as good as none. */
export const optional = (field: Field): Field => ({
  ...field,
  isOptional: true,
  refused: field.refused.map(([value, says, ...rest]) => [value, says === isRequired ? isNamed : says, ...rest]),
});

export const nullable = (field: Field): Field => ({
  ...field,
  refused: field.refused.filter(([value]) => value !== null),
});

export function acceptedBody(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([field, { accepted }]) => [field, accepted]));
}

/** Everything that a route refuses, apart from other methods. */
export function refusalsOf({ route, body, query = {}, limitMebibytes = 1, unknown }: Route): Refusal[] {
  const [method = '', path = ''] = route.split(' ');
  const good = body && JSON.stringify(acceptedBody(body));
  const request = { method, path, headers: CREDENTIAL, body: good };
  const bad = (title: string, refusal: Partial<Refusal>): Refusal => ({
    title: title.slice(0, TITLE_MAX_CHARACTERS),
    ...request,
    status: 400,
    error: '',
    ...refusal,
  });

  const refusals = [
    bad('no credential', { headers: {}, status: 401, error: 'missing Authorization header' }),
    ...WRONG_CREDENTIALS.map((Authorization) =>
      bad(`the credential "${Authorization}"`, { headers: { Authorization }, status: 401, error: 'invalid token' }),
    ),
  ];
  if (method !== 'GET') {
    for (const body of NO_JSON) refusals.push(bad(`the body ${String(body)}`, { body, error: 'JSON', field: 'body' }));
  }
  if (body) {
    for (const text of NO_OBJECTS) refusals.push(bad(`the body ${text}`, { body: text, error: 'body', field: 'body' }));
    const tooLarge = JSON.stringify({ ...acceptedBody(body), unheardOf: 'x'.repeat(limitMebibytes << 20) });
    const error = `larger than ${limitMebibytes} MiB`;
    refusals.push(bad(`a body ${error}`, { body: tooLarge, status: 413, error }));
  }
  for (const [title, sent, field, error] of refusedBodies(body ?? {})) {
    refusals.push(bad(title, { body: JSON.stringify(sent), field, error }));
  }
  for (const [field, values] of Object.entries(query)) {
    const queries = [...values.map((value) => `${field}=${encodeURIComponent(value)}`), `${field}=1&${field}=1`];
    for (const query of queries) refusals.push(bad(`?${query}`, { path: `${path}?${query}`, field, error: field }));
  }
  for (const id of unknown === undefined ? [] : UNKNOWN_IDS) {
    refusals.push(bad(`the id ${id}`, { path: path.replace(':id', id), status: 404, error: unknown }));
  }
  return refusals;
}

/** For each path, the methods that none of these routes has. */
export function refusedMethods(routes: Route[]): Refusal[] {
  const allowed = Map.groupBy(
    routes.map(({ route }) => route.split(' ') as [method: string, path: string]),
    ([, path]) => path,
  );
  return [...allowed].flatMap(([path, known]) => {
    const methods = known.map(([method]) => method);
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
    const refusal = { path, headers: CREDENTIAL, status: 405, error: 'is not allowed here', allow };
    return METHODS.filter((method) => !methods.includes(method)).map((method) => ({
      ...refusal,
      title: `${method} ${path}`,
      method,
    }));
  });
}

type RefusedBody = [title: string, body: object, path: string, sentence: string];

/** Bodies with one thing wrong; in lists it is the second item that has it. */
function refusedBodies(fields: Fields): RefusedBody[] {
  const good = acceptedBody(fields);
  return Object.entries(fields).flatMap(([field, { refused, isOptional, items, fields }]) => {
    const cases = refused.map(([value, sentence, item = '']): RefusedBody => {
      const path = field + item;
      return [
        `${field}: ${JSON.stringify(value).slice(0, TITLE_MAX_CHARACTERS)}`,
        { ...good, [field]: value },
        path,
        sentence(path),
      ];
    });
    if (!isOptional) cases.push([`no ${field}`, without(good, field), field, isRequired(field)]);
    const inside = refusedBodies(fields ?? {}).map(([title, value, path, sentence]): RefusedBody => {
      const deepPath = `${field}.${path}`;
      return [`${field}.${title}`, { ...good, [field]: value }, deepPath, sentence.replace(path, deepPath)];
    });
    cases.push(...inside);
    if (!items) return cases;
    const inItems = refusedBodies(items).map(([title, item, path, sentence]): RefusedBody => {
      const deepPath = `${field}[1].${path}`;
      const body = { ...good, [field]: [acceptedBody(items), item] };
      return [`${field}[1].${title}`, body, deepPath, sentence.replace(path, deepPath)];
    });
    return [...cases, ...inItems];
  });
}

function without(body: Record<string, unknown>, field: string): object {
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== field));
}

function nested(depth: number): object {
  return depth === 1 ? {} : { a: nested(depth - 1) };
}
