import { ApiDocument, type Operation, type Schema } from '../fuzz/document.ts';

export type Step = string | number;

/** Reads the OpenAPI document of a server. */
export async function readDocument(url: string): Promise<ApiDocument> {
  return new ApiDocument((await (await fetch(`${url}/docs-json`)).json()) as never);
}

/** The way to each field of a body, also inside of lists and objects, for which `isMeant` holds. */
export function fieldsOf(
  document: ApiDocument,
  { body }: Operation,
  isMeant: (field: Schema, name: string) => boolean,
): Step[][] {
  const inside = (schema: Schema): Step[][] => {
    const { properties = {}, items } = document.resolve(schema);
    if (items) return inside(items).map((steps) => [0, ...steps]);
    return Object.entries(properties).flatMap(([name, field]) => [
      ...(isMeant(field, name) ? [[name]] : []),
      ...inside(field).map((steps) => [name, ...steps]),
    ]);
  };
  return body && !body.isForm ? inside(body.schema) : [];
}

/** The name of a field as refusals say it. */
export function nameOf(steps: Step[]): string {
  return steps.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${step}`)).join('');
}

/** A copy of a body with another value in one place, or without it. */
export function withField(body: object, [step = '', ...rest]: Step[], value?: string): object {
  const copy = (Array.isArray(body) ? [...(body as unknown[])] : { ...body }) as Record<Step, unknown>;
  if (rest.length > 0) copy[step] = withField(copy[step] as object, rest, value);
  else if (value === undefined) Reflect.deleteProperty(copy, step);
  else copy[step] = value;
  return copy;
}
