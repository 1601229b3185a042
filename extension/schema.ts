/** Says what a tool takes: as the JSON Schema that models and pi read, and as the type that TypeScript reads. */

/** The JSON Schema of a value; `T` stands for the value and exists only for the compiler. */
export interface Schema<T> {
  type?: string;
  description?: string;
  readonly optional?: true;
  readonly value?: T;
}

export type Fields = Record<string, Schema<unknown>>;

type Value<S> = S extends Schema<infer T> ? T : never;
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends { optional: true } ? K : never }[keyof F];

/** What comes in where `F` was asked for. */
export type Input<F extends Fields> = { [K in Exclude<keyof F, OptionalKeys<F>>]: Value<F[K]> } & {
  [K in OptionalKeys<F>]?: Value<F[K]>;
};

export const text = (description: string): Schema<string> => ({ type: 'string', description });

export const flag = (description: string): Schema<boolean> => ({ type: 'boolean', description });

export const whole = (description: string, minimum: number, maximum: number): Schema<number> => {
  const schema = { type: 'integer', description, minimum, maximum };
  return schema;
};

export const choice = <const T extends readonly string[]>(values: T, description: string): Schema<T[number]> => {
  const schema = { type: 'string', enum: [...values], description };
  return schema;
};

/** A text, or `null` to take it away. */
export const textOrNull = (description: string): Schema<string | null> => {
  const schema = { anyOf: [{ type: 'string' }, { type: 'null' }], description };
  return schema;
};

export const list = <T>(items: Schema<T>, description: string, minItems = 0): Schema<T[]> => {
  const schema = { type: 'array', items: wire(items), minItems, description };
  return schema;
};

export const record = <F extends Fields>(fields: F): Schema<Input<F>> => objectSchema(fields);

/** An object of the caller's own. */
export const anything = (description: string): Schema<Record<string, unknown>> => {
  const schema = { type: 'object', additionalProperties: true, description };
  return schema;
};

export const optional = <S extends Schema<unknown>>(schema: S): S & { optional: true } => ({
  ...schema,
  optional: true,
});

/** The JSON Schema of an object with these fields. */
export function objectSchema<F extends Fields>(fields: F): Schema<Input<F>> & { type: 'object' } {
  const names = Object.keys(fields);
  const schema = {
    type: 'object' as const,
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, wire(field)])),
    required: names.filter((name) => !fields[name]?.optional),
  };
  return schema;
}

/** Whether a field may be absent is said by the object that has it. */
function wire<T>(schema: Schema<T>): Schema<T> {
  return { ...schema, optional: undefined };
}
