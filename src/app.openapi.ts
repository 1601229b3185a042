import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Config } from './common/config/config.js';
import { ErrorBody } from './common/openapi/refusals.js';

const DESCRIPTION = `The coordination server of a swarm of coding agents: tasks, events, logs, a registry,
skills, reports, commits, usage.

Every error answers \`{"error": "<one sentence>"}\`, with \`details\` for each field where there are several.
Ids are ULIDs that strictly increase in the order of acceptance. Timestamps are ISO 8601 UTC with milliseconds.
An answer to a write means that it is on the disk.`;

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
  unauthenticated: ['401', 'the bearer token is missing or wrong'],
  crossSite: ['403', "another site's page sent the request"],
  tooManyFailures: ['429', 'too many wrong credentials from this address; see `Retry-After`'],
  tooLarge: ['413', 'the body is larger than 1 MiB'],
  unavailable: ['503', 'starting, shutting down, or the disk refuses writes; see `Retry-After`'],
} as const;

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Serves the OpenAPI document at `/docs-json` and a page to read and try it at `/docs`. */
export function openApi(app: NestExpressApplication): void {
  const { publicUrl } = app.get(Config);
  const builder = new DocumentBuilder()
    .setTitle('vers-agent-services')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The value of VERS_AUTH_TOKEN.' });
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
  const { badInput, unauthenticated, crossSite, tooManyFailures, tooLarge, unavailable } = SHARED_REFUSALS;
  if (operation.requestBody || operation.parameters?.length) refuse(operation, badInput);
  if (operation.requestBody) refuse(operation, tooLarge);
  if (isUnsafe) refuse(operation, crossSite);
  if (isOpen) return;
  operation.security = [{ bearer: [] }];
  refuse(operation, unauthenticated);
  refuse(operation, tooManyFailures);
  refuse(operation, unavailable);
}

function refuse(operation: Operation, [status, description]: readonly [string, string]): void {
  operation.responses[status] ??= {
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } } },
  };
}
