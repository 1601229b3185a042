import type { ApiDocument, Operation } from './document.ts';
import { encode } from './values.ts';

const KEPT = 40;
const LOOKED_AT = 20;
const NOTHING = '01K9XW5T3V8Z6Q2N4M7P1R0SAB';

/** Ids and names of what exists, learnt from answers, so that paths lead somewhere. */
export class Known {
  private readonly values = new Map<string, string[]>();
  /** Of all paths of a service. */
  private readonly parameters = new Map<string, Set<string>>();

  private readonly spared: string[];

  /** `spared` is never given, so that it is not deleted. */
  constructor(document: ApiDocument, spared: string[]) {
    this.spared = spared;
    for (const { template, pathParameters } of document.operations) {
      const service = serviceOf(template);
      const others = this.parameters.get(service) ?? [];
      this.parameters.set(service, new Set([...others, ...pathParameters]));
    }
  }

  /** One that exists, if any is known; 0 is the newest. */
  get({ template }: Operation, parameter: string, n: number): string {
    const [values = []] = keysOf(template, parameter).flatMap((key) => {
      const found = this.values.get(key);
      return found?.length ? [found] : [];
    });
    return values[values.length - 1 - (n % Math.max(1, values.length))] ?? NOTHING;
  }

  /** Takes note of what a successful answer names. */
  learn({ template, pathParameters }: Operation, body: unknown): void {
    if (typeof body !== 'object' || body === null) return;
    const lists = Object.values(body).filter((value: unknown): value is unknown[] => Array.isArray(value));
    const listed = lists.flatMap((list) => list.slice(0, LOOKED_AT));
    for (const parameter of this.parameters.get(serviceOf(template)) ?? []) {
      // What is inside of something has ids of another kind under the same name.
      if (pathParameters.includes(parameter) && template.includes('}/')) continue;
      // Lists inside of a thing, such as a task's notes, hold things of another kind.
      for (const item of fieldOf(body, parameter) === undefined ? listed : [body]) {
        const value = fieldOf(item, parameter);
        if (typeof value === 'string') for (const key of keysOf(template, parameter)) this.add(key, value);
      }
    }
  }

  /** Drops what a path named, because it is not there any more. */
  forget({ template, pathParameters }: Operation, path: string): void {
    const parts = new Set(path.split(/[/?]/));
    for (const key of pathParameters.flatMap((parameter) => keysOf(template, parameter))) {
      const values = this.values.get(key) ?? [];
      this.values.set(
        key,
        values.filter((value) => !parts.has(encode(value))),
      );
    }
  }

  private add(key: string, value: string): void {
    if (this.spared.includes(value)) return;
    const others = (this.values.get(key) ?? []).filter((other) => other !== value);
    this.values.set(key, [...others, value].slice(-KEPT));
  }
}

/** Skills and extensions of one name are two things, but a task is found in two places. */
function keysOf(template: string, parameter: string): string[] {
  const [collection = ''] = template.split('/{');
  return [`${collection} ${parameter}`, `${serviceOf(template)} ${parameter}`];
}

function serviceOf(template: string): string {
  return template.split('/')[1] ?? '';
}

function fieldOf(item: unknown, name: string): unknown {
  const isObject = typeof item === 'object' && item !== null && Object.hasOwn(item, name);
  return isObject ? (item as Record<string, unknown>)[name] : undefined;
}
