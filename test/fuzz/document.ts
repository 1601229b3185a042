import { Ajv, type ValidateFunction } from 'ajv';
import { match, type MatchFunction } from 'path-to-regexp';
import { PAGES } from './pages.ts';

/** A schema as OpenAPI 3.0 writes it, as far as our document does. */
export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';
  enum?: string[];
  nullable?: boolean;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  example?: unknown;
  /** True for a field that says who acts. */
  'x-actor'?: true;
}

type Content = Record<string, { schema: Schema }>;

interface RawOperation {
  'x-role'?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}

interface RawDocument {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, Schema> };
}

/** One route of the document. */
export interface Operation {
  /** E.g. `GET /board/tasks/{id}`. */
  id: string;
  method: string;
  /** E.g. `/board/tasks/{id}`. */
  template: string;
  pathParameters: string[];
  query: { name: string; schema: Schema }[];
  body?: { schema: Schema; isForm: boolean };
  /** True when it asks for no credential. */
  isOpen: boolean;
  /** The role that it needs; absent when it is open. */
  role?: string;
  statuses: string[];
  /** True for what is not in the document: for people, or about the document. */
  isPage?: true;
}

/** The server's own OpenAPI document: what may be sent, and what may come back. */
export class ApiDocument {
  readonly operations: Operation[];
  private readonly raw: RawDocument;
  private readonly matchers: [MatchFunction<object>, Operation][];
  private readonly ajv = new Ajv({ strict: false, allErrors: false });
  private readonly validators = new Map<string, Record<string, ValidateFunction | undefined>>();

  constructor(raw: RawDocument) {
    this.raw = strict(raw);
    this.ajv.addSchema({ $id: 'api', ...this.raw });
    const documented = Object.entries(raw.paths).flatMap(([template, item]) =>
      Object.entries(item).map(([method, operation]) => toOperation(method.toUpperCase(), template, operation)),
    );
    this.operations = [...documented, ...PAGES];
    this.matchers = documented.map((operation) => [
      match(operation.template.replaceAll(/\{(\w+)\}/g, ':$1'), { decode: false }),
      operation,
    ]);
  }

  /** All operations whose path this is, those first that name more of it. */
  at(path: string): Operation[] {
    return this.matchers
      .filter(([matches]) => matches(path))
      .map(([, operation]) => operation)
      .sort((a, b) => a.pathParameters.length - b.pathParameters.length);
  }

  resolve(schema: Schema): Schema {
    if (schema.allOf?.[0]) return this.resolve(schema.allOf[0]);
    if (schema.$ref === undefined) return schema;
    const found = this.raw.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
    if (!found) throw new Error(`the document refers to ${schema.$ref}, which it does not have`);
    return this.resolve(found);
  }

  /** What is wrong with an answer to this operation, as far as the document says; `undefined` when nothing is. */
  problemWith(operation: Operation, status: number, mediaType: string, body: unknown): string | undefined {
    const contents = this.contents(operation, String(status));
    if (!contents) return `${operation.id} does not document ${status}`;
    if (!(mediaType in contents)) return `${operation.id} does not document ${status} as ${mediaType || 'nothing'}`;
    const validate = contents[mediaType];
    if (!validate || validate(body)) return undefined;
    return `${operation.id} answered ${status} with another body than documented: ${this.ajv.errorsText(validate.errors)}`;
  }

  /** By media type; text has no validator. */
  private contents({ id, method, template }: Operation, status: string) {
    const key = `${id} ${status}`;
    let found = this.validators.get(key);
    if (found) return found;
    const content = this.raw.paths[template]?.[method.toLowerCase()]?.responses[status]?.content;
    if (!content) return undefined;
    found = {};
    for (const mediaType of Object.keys(content)) {
      const pointer = ['paths', template, method.toLowerCase(), 'responses', status, 'content', mediaType, 'schema'];
      const isText = mediaType.startsWith('text/') && mediaType !== 'text/event-stream';
      found[mediaType] = isText ? undefined : this.ajv.compile({ $ref: `api#${asPointer(pointer)}` });
    }
    this.validators.set(key, found);
    return found;
  }
}

function toOperation(method: string, template: string, raw: RawOperation): Operation {
  const { parameters = [], requestBody, responses, security, 'x-role': role } = raw;
  const [[mediaType, { schema }] = ['', { schema: {} }]] = Object.entries(requestBody?.content ?? {});
  return {
    id: `${method} ${template}`,
    method,
    template,
    pathParameters: parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name),
    query: parameters.filter((parameter) => parameter.in === 'query'),
    ...(requestBody && { body: { schema, isForm: mediaType.includes('form') } }),
    isOpen: security === undefined,
    ...(role !== undefined && { role }),
    statuses: Object.keys(responses),
  };
}

/** What has a list of fields has no others: the document promises too little otherwise. */
function strict(raw: RawDocument): RawDocument {
  return JSON.parse(JSON.stringify(raw), (_, value: unknown) =>
    isObject(value) && isObject(value['properties']) && value['type'] === 'object' && !('additionalProperties' in value)
      ? { ...value, additionalProperties: false }
      : value,
  ) as RawDocument;
}

function asPointer(steps: string[]): string {
  return steps.map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
