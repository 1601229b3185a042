import type { OpenAPIObject } from '@nestjs/swagger';

export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  items?: Schema;
  enum?: unknown[];
  properties?: Record<string, Schema>;
}

interface Parameter {
  name: string;
  in: string;
  schema?: Schema;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

/** What someone asks of the API. */
export interface Asked {
  method: string;
  path: string;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** Tells what in a request the OpenAPI document does not know: the server ignores unknown fields, so a misspelt one passes. */
export class OpenApiCheck {
  private readonly paths: [pattern: RegExp, path: string][];

  constructor(private readonly document: OpenAPIObject) {
    const placeholders = (path: string): number => path.split('{').length;
    this.paths = Object.keys(document.paths)
      .sort((a, b) => placeholders(a) - placeholders(b))
      .map((path) => [new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), path]);
  }

  problems({ method, path, query = {}, body }: Asked): string[] {
    const route = this.operation(method, path);
    if (!route) return [`there is no ${method} ${path}`];
    return [
      ...Object.entries(query).flatMap(([name, value]) => this.valueProblems(name, this.query(route)[name], value)),
      ...(body === undefined ? [] : this.valueProblems('body', bodySchema(route), body)),
    ].map((problem) => `${method} ${path}: ${problem}`);
  }

  valueProblems(name: string, schema: Schema | undefined, value: unknown): string[] {
    if (!schema) return [`there is no ${name}`];
    const { enum: choices, items, properties } = this.resolve(schema);
    if (choices && !choices.includes(value)) return [`${name} cannot be ${JSON.stringify(value)}`];
    if (items && Array.isArray(value))
      return value.flatMap((item, i) => this.valueProblems(`${name}[${i}]`, items, item));
    if (!properties || typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => this.valueProblems(key, properties[key], inner));
  }

  private operation(method: string, path: string): Operation | undefined {
    const [, template = ''] = this.paths.find(([pattern]) => pattern.test(path)) ?? [];
    const item = this.document.paths[template] as Record<string, Operation> | undefined;
    return item?.[method.toLowerCase()];
  }

  private query({ parameters = [] }: Operation): Record<string, Schema> {
    const inQuery = parameters.filter((parameter) => parameter.in === 'query');
    return Object.fromEntries(inQuery.map(({ name, schema = {} }) => [name, schema]));
  }

  private resolve(schema: Schema): Schema {
    const name = schema.$ref?.replace('#/components/schemas/', '');
    const named = name === undefined ? schema : (this.document.components?.schemas?.[name] as Schema);
    return Object.assign({}, named, ...(named.allOf ?? []).map((part) => this.resolve(part))) as Schema;
  }
}

function bodySchema({ requestBody }: Operation): Schema | undefined {
  return Object.values(requestBody?.content ?? {})[0]?.schema;
}
