import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Config } from './common/config/config.js';
import type { Role } from './common/http/caller.js';
import { defaultRole, ROLE_EXTENSION } from './common/http/needs.js';
import { KEY_HEADER, REPLAYED_HEADER } from './common/idempotency/stores-record.js';
import { ErrorBody } from './common/openapi/refusals.js';

const DESCRIPTION = `The coordination server of a swarm of coding agents: tasks, events, logs, a registry,
skills, reports, commits, usage.

Every error answers \`{"error": "<one sentence>"}\`, with \`details\` for each field where there are several.
Ids are ULIDs that strictly increase in the order of acceptance. Timestamps are ISO 8601 UTC with milliseconds.
An answer to a write means that it is on the disk.

\`x-role\` is the role that a credential needs: \`reader\`, \`agent\` or \`admin\`, each of which may also do what those before
it may. The token of the server is an admin. A field marked \`x-actor\` says who acts: with a key it may be left out, also
where it is required, and is then the name of the key; an agent's key can give no other.`;

const OPEN_ROUTES = new Set([
  'get /health',
  'get /health/ready',
  'post /twilio/webhook',
  'get /reports/share/{linkId}',
  'get /reports/share/{linkId}/og-image.svg',
]);
const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const;
const SHARED_REFUSALS = {
  badInput: ['400', 'bad input; names the field, and nothing was changed'],
  unauthenticated: ['401', 'the bearer token or key is missing or wrong'],
  tooManyFailures: ['429', 'too many wrong credentials from this address; see `Retry-After`'],
  tooLarge: ['413', 'the body is larger than 1 MiB'],
  keyReused: ['422', `the ${KEY_HEADER} was used with another body`],
  unavailable: ['503', 'starting, shutting down, or the disk refuses writes; see `Retry-After`'],
} as const;

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & { [ROLE_EXTENSION]?: Role };

/** Serves the OpenAPI document at `/docs-json` and a page to read and try it at `/docs`. */
export function openApi(app: NestExpressApplication): void {
  const { publicUrl } = app.get(Config);
  const builder = new DocumentBuilder()
    .setTitle('vers-agent-services')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The value of VERS_AUTH_TOKEN, or a key.' });
  if (publicUrl) builder.addServer(publicUrl);
  const config = builder.build();
  // The page carries its own style and script; everything else here runs without inline ones.
  app.use(
    '/docs',
    (_request: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) => {
      response.setHeader('Content-Security-Policy', DOCS_POLICY);
      next();
    },
  );
  SwaggerModule.setup(
    'docs',
    app,
    () => complete(SwaggerModule.createDocument(app, config, { extraModels: [ErrorBody] })),
    {
      jsonDocumentUrl: 'docs-json',
      raw: ['json'],
    },
  );
}

const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Adds what follows from the kind of an operation, so that no controller has to repeat it. */
function complete(document: OpenAPIObject): OpenAPIObject {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) describe(operation, method !== 'get', OPEN_ROUTES.has(`${method} ${path}`));
    }
  }
  return document;
}

function describe(operation: Operation, isUnsafe: boolean, isOpen: boolean): void {
  // Stands where a handler writes its answer itself; what it answers is documented beside it.
  delete operation.responses.default;
  for (const answer of Object.values(operation.responses)) {
    if (answer && 'description' in answer) answer.description ||= operation.summary ?? '';
  }
  if (takesKey(operation)) describeReplays(operation);
  const { badInput, unauthenticated, tooManyFailures, tooLarge, unavailable } = SHARED_REFUSALS;
  if (operation.requestBody || operation.parameters?.length) refuse(operation, badInput);
  if (operation.requestBody) refuse(operation, tooLarge);
  if (!isOpen) operation[ROLE_EXTENSION] ??= defaultRole(!isUnsafe);
  forbid(operation, isUnsafe);
  if (isOpen) return;
  operation.security = [{ bearer: [] }];
  refuse(operation, unauthenticated);
  refuse(operation, tooManyFailures);
  refuse(operation, unavailable);
}

/** Adds to what a handler says of its 403 all that holds for others too. */
function forbid(operation: Operation, isUnsafe: boolean): void {
  const { [ROLE_EXTENSION]: role, requestBody, responses } = operation;
  const own = responses['403'];
  const reasons = own && 'description' in own ? [own.description] : [];
  if (role && role !== 'reader') reasons.push(`the credential lacks the role \`${role}\``);
  if (role === 'agent' && requestBody) reasons.push("an agent's key names somebody else as who acts");
  if (isUnsafe) reasons.push("another site's page sent the request");
  if (reasons.length === 0 || (own && !role)) return;
  delete responses['403'];
  refuse(operation, ['403', reasons.join('; or ')]);
}

function takesKey({ parameters = [] }: Operation): boolean {
  return parameters.some((parameter) => 'name' in parameter && parameter.name === KEY_HEADER);
}

function describeReplays(operation: Operation): void {
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (!status.startsWith('2') || !answer || !('description' in answer)) continue;
    const description = 'Present when this is the first answer to the same request, given again.';
    answer.headers = {
      ...answer.headers,
      [REPLAYED_HEADER]: { description, schema: { type: 'string', enum: ['true'] } },
    };
  }
  refuse(operation, SHARED_REFUSALS.keyReused);
  const running = `a request with this ${KEY_HEADER} is still running; see \`Retry-After\``;
  const known = operation.responses['409'];
  if (known && 'description' in known) known.description += `; or ${running}`;
  else refuse(operation, ['409', running]);
}

function refuse(operation: Operation, [status, description]: readonly [string, string]): void {
  operation.responses[status] ??= {
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } } },
  };
}
