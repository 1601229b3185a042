import type { Case } from './cases.ts';
import type { ApiDocument, Operation, Schema } from './document.ts';

/** What makes things comes before what needs them, and what takes them away last. */
const ORDER = ['POST', 'GET', 'POST {', 'GET {', 'PATCH {', 'DELETE {', 'DELETE'];

/** What only the holder of a task may do: one of these works, and those after it find the lease ended. */
export const OF_HOLDERS = /\/(renew|release|complete|fail)$/;

/** One request to each route of the document, made of nothing but its examples: all of them must be answered. */
export function openings(document: ApiDocument): Case[] {
  const rank = ({ method, pathParameters: { length } }: Operation): number =>
    ORDER.indexOf(length > 0 ? `${method} {` : method);
  const operations = document.operations.filter(({ isPage }) => !isPage).sort((a, b) => rank(a) - rank(b));
  return operations.map((operation) => ({
    operation,
    kind: 'as documented',
    credential: 'bearer',
    client: 0,
    method: operation.method,
    path: {},
    bend: (path) => path,
    query: [],
    headers: [],
    ...(operation.body && { body: JSON.stringify(bodyOf(operation, document)) }),
  }));
}

function bodyOf({ template, body }: Operation, document: ApiDocument): unknown {
  const example = exampleOf(body?.schema ?? {}, document);
  if (OF_HOLDERS.test(template) || typeof example !== 'object') return example;
  // An admin's request needs no fence, and one that is sent must be right.
  return { ...example, fence: undefined };
}

/** What the document gives as an example. */
export function exampleOf(schema: Schema, document: ApiDocument): unknown {
  const found = document.resolve(schema);
  const example = schema.example ?? found.example;
  if (example !== undefined) return example;
  if (found.enum) return found.enum[0];
  switch (found.type) {
    case 'array':
      return [exampleOf(found.items ?? {}, document)];
    case 'object':
      return Object.fromEntries(
        Object.entries(found.properties ?? {}).map(([name, field]) => [name, exampleOf(field, document)]),
      );
    case 'boolean':
      return true;
    case 'string':
      return 'text';
    default:
      return 1;
  }
}
