import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { temporaryFolder } from './support/app.js';
import { KEYED_ROUTES } from './support/keyed-routes.js';
import { ServerProcess } from './support/server.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const CONTRACT = `
  POST /auth/magic-link | POST /auth/keys | GET /auth/keys | DELETE /auth/keys/{id}
  DELETE /commits/{commitId} | GET /commits | GET /commits/{commitId} | POST /commits
  DELETE /board/tasks/{id} | DELETE /feed/events | DELETE /registry/vms/{id} | GET /board/review | GET /board/tasks
  GET /board/tasks/{id} | GET /board/tasks/{id}/history | GET /board/tasks/{id}/notes | GET /board/{id} | GET /feed/events
  GET /feed/events/{id} | GET /feed/stats | GET /feed/stream | GET /health | GET /health/ready | GET /journal
  GET /journal/raw | GET /log | GET /log/raw | GET /registry/discover/{role} | GET /registry/vms | GET /registry/vms/{id}
  PATCH /board/tasks/{id} | PATCH /registry/vms/{id} | POST /board/tasks | POST /board/tasks/{id}/approve
  POST /board/tasks/{id}/artifacts | POST /board/tasks/{id}/bump | POST /board/tasks/{id}/notes
  POST /board/tasks/{id}/reject | POST /board/tasks/{id}/review | POST /feed/events | POST /journal | POST /log
  GET /board/ready | GET /board/leases | GET /board/dead-letters | POST /board/claim | POST /board/tasks/{id}/claim
  POST /board/tasks/{id}/renew | POST /board/tasks/{id}/release | POST /board/tasks/{id}/complete
  POST /board/tasks/{id}/fail
  POST /registry/vms | POST /registry/vms/{id}/heartbeat | GET /skills/items | GET /skills/items/{name}
  POST /skills/items | PATCH /skills/items/{name} | DELETE /skills/items/{name} | GET /skills/extensions
  GET /skills/extensions/{name} | POST /skills/extensions | PATCH /skills/extensions/{name}
  DELETE /skills/extensions/{name} | GET /skills/manifest | POST /skills/sync | GET /skills/agents
  GET /skills/agents/{agentId} | GET /skills/stream
  GET /usage | GET /usage/series | GET /usage/sessions | GET /usage/vms | POST /usage/sessions | POST /usage/vms
  GET /status | POST /twilio/webhook | GET /reports | POST /reports | GET /reports/{id} | DELETE /reports/{id}
  POST /reports/{id}/share | GET /reports/{id}/shares | DELETE /reports/share/{linkId} | GET /reports/share/{linkId}
  GET /reports/share/{linkId}/access | GET /reports/share/{linkId}/og-image.svg`
  .split(/[|\n]/)
  .map((route) => route.trim())
  .filter(Boolean);

const STORES_NO_RECORD = /^POST \/(auth\/|skills\/sync|twilio\/webhook|registry\/vms\/\{id\}\/heartbeat)/;
const OPEN = /^(GET \/health|POST \/twilio|GET \/reports\/share\/\{linkId\}(\/og-image.svg)?$)/;

/** What someone would write against the generated types; it must compile, and its mistakes must not. */
const CLIENT = `
  import createClient from 'openapi-fetch';
  import type { components, paths } from './api.js';

  const client = createClient<paths>({ baseUrl: 'http://localhost:3000', headers: { Authorization: 'Bearer x' } });
  const { data: task, error } = await client.POST('/board/tasks', { body: { title: 't', createdBy: 'me', tags: ['a'] } });
  const status: 'open' | 'in_progress' | 'in_review' | 'blocked' | 'done' | undefined = task?.status;
  const sentence: string | undefined = error?.error;
  const { data: page } = await client.GET('/board/tasks', { params: { query: { status: 'open', limit: 10 } } });
  const titles: string[] | undefined = page?.tasks.map(({ title }) => title);
  await client.PATCH('/board/tasks/{id}', { params: { path: { id: 'x' } }, body: { assignee: null } });
  const event: components['schemas']['FeedEvent'] = { id: 'x', agent: 'a', type: 'custom', summary: 's', timestamp: 't' };
  // @ts-expect-error -- createdBy is missing
  await client.POST('/board/tasks', { body: { title: 't' } });
  // @ts-expect-error -- there is no such status
  await client.GET('/board/tasks', { params: { query: { status: 'banana' } } });
  export { event, sentence, status, titles };`;

let server: ServerProcess;
let dataDir: string;
let document: OpenAPIObject;

// The document is complete only in what \`npm run build\` makes: the build reads the doc comments.
beforeAll(async () => {
  dataDir = temporaryFolder();
  server = await ServerProcess.start({ DATA_DIR: dataDir });
  document = (await (await fetch(`${server.url}/docs-json`)).json()) as OpenAPIObject;
});

afterAll(async () => {
  await server.end('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

function operations(): [route: string, operation: Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation as Operation,
    ]),
  );
}

describe('the OpenAPI document', () => {
  it('holds every route of the contract and no other', () => {
    expect(
      operations()
        .map(([route]) => route)
        .sort(),
    ).toEqual([...CONTRACT].sort());
  });

  it('refers to nothing that it does not have', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]*)"/g)];
    const names = new Set(references.map(([, name]) => name));
    expect([...names].filter((name) => !Object.hasOwn(document.components?.schemas ?? {}, name ?? ''))).toEqual([]);
  });

  it('lets every POST that stores a record be sent again, and says how', () => {
    const keyed = operations().filter(([, { parameters = [] }]) =>
      parameters.some((parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key'),
    );
    const posts = operations().filter(([route]) => route.startsWith('POST ') && !STORES_NO_RECORD.test(route));
    expect(keyed.map(([route]) => route).sort()).toEqual(posts.map(([route]) => route).sort());
    expect(keyed.map(([route]) => route).sort()).toEqual(KEYED_ROUTES.map(({ route }) => `POST ${route}`).sort());
    for (const [route, { responses }] of keyed) {
      const answer = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
      expect([route, answer]).toMatchObject([
        route,
        { headers: { 'Idempotency-Replayed': { schema: { type: 'string' } } } },
      ]);
      expect([route, Object.keys(responses)]).toEqual([route, expect.arrayContaining(['400', '409', '422'])]);
    }
  });

  it('says of every route what it does, what it answers and how it refuses', () => {
    for (const [route, { summary, tags, security, responses }] of operations()) {
      const isOpen = OPEN.test(route);
      const statuses = Object.keys(responses);
      expect([route, summary]).toEqual([route, expect.stringMatching(/^[A-Z].{10,}[.`]$/)]);
      expect([route, tags?.length]).toEqual([route, 1]);
      expect([route, security]).toEqual([route, isOpen ? undefined : [{ bearer: [] }]]);
      expect([route, statuses.filter((status) => status.startsWith('2')).length]).toEqual([route, 1]);
      expect([route, statuses.includes('401')]).toEqual([route, !isOpen]);
      expect([route, statuses.includes('404')]).toEqual([route, /\{(id|name|commitId|agentId|linkId)\}/.test(route)]);
      for (const [status, answer] of Object.entries(responses)) {
        const hasSchema = 'content' in (answer as object);
        expect([route, status, hasSchema]).toEqual([route, status, true]);
      }
    }
  });

  it('describes every body with an example for each required field', () => {
    const bodies = operations().filter(([, { requestBody }]) => requestBody);
    expect(bodies.map(([route]) => route).sort()).toEqual(
      CONTRACT.filter((route) => /^(POST|PATCH)/.test(route) && !/(bump|heartbeat)$/.test(route)).sort(),
    );
    for (const [route, { requestBody, responses }] of bodies) {
      const schema = /#\/components\/schemas\/(\w+)/.exec(JSON.stringify(requestBody))?.[1] ?? '';
      const { properties = {}, required = [] } = document.components?.schemas?.[schema] as {
        properties?: Record<string, { example?: unknown; $ref?: string; items?: unknown; allOf?: unknown }>;
        required?: string[];
      };
      for (const name of required) {
        const { example, items } = properties[name] ?? {};
        expect([route, name, example !== undefined || items !== undefined]).toEqual([route, name, true]);
      }
      expect([route, Object.keys(responses)]).toEqual([route, expect.arrayContaining(['400', '403', '413', '503'])]);
    }
  });

  it('refers only to schemas that it has', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]*)"/g)];
    expect(Object.keys(document.components?.schemas ?? {})).toEqual(
      expect.arrayContaining(references.map(([, name]) => name)),
    );
  });

  it('describes every query parameter', () => {
    for (const [route, { parameters = [] }] of operations()) {
      for (const parameter of parameters as { name: string; in: string; description?: string }[]) {
        if (parameter.in === 'query')
          expect([route, parameter.name, parameter.description]).toEqual([route, parameter.name, expect.any(String)]);
      }
    }
  });

  it('says how large the body of a publication may be', () => {
    for (const [path, mebibytes] of [
      ['/skills/items', 12],
      ['/skills/extensions', 12],
      ['/reports', 3],
    ] as const) {
      const { description } = document.paths[path]?.post?.responses['413'] as { description: string };
      expect(description).toBe(`the body is larger than ${mebibytes} MiB`);
    }
  });

  it('says that a text message is a form, and that all its answers are TwiML', () => {
    const { requestBody, responses } = document.paths['/twilio/webhook']?.post ?? {};
    const form = { 'application/x-www-form-urlencoded': { schema: { $ref: '#/components/schemas/IncomingSms' } } };
    expect(requestBody).toMatchObject({ content: form });
    const twiml = { description: expect.any(String), content: { 'text/xml': { schema: { type: 'string' } } } };
    expect(responses).toEqual({ 200: twiml, 400: twiml, 403: twiml, 413: twiml, 429: twiml, 503: twiml });
  });

  it.each([
    ['feed', 'FeedEvent'],
    ['skills', 'HubChange'],
  ])('describes the stream of the %s', (service, schema) => {
    const stream = document.paths[`/${service}/stream`]?.get;
    expect(stream?.responses['200']).toMatchObject({
      description: expect.stringContaining('event: reset'),
      content: { 'text/event-stream': { schema: { $ref: `#/components/schemas/${schema}` } } },
    });
    expect(stream?.parameters).toContainEqual(expect.objectContaining({ name: 'Last-Event-ID', in: 'header' }));
  });
});

describe('GET /docs', () => {
  it('serves the page and its parts, under a policy that lets no foreign script in', async () => {
    const page = await fetch(`${server.url}/docs`);
    const html = await page.text();
    expect([page.status, html]).toEqual([200, expect.stringContaining('swagger-ui')]);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(html).not.toMatch(/<script>(?!\s*<\/script>)/);
    const scripts = [...html.matchAll(/src="(\.?\/?[^"]+\.js)"/g)].map(
      ([, path]) => new URL(path ?? '', `${server.url}/docs`).href,
    );
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect([script, (await fetch(script)).status]).toEqual([script, 200]);
  });
});

// Last, because kept connections end while the compiler is at work.
describe('a client generated from it', () => {
  it('compiles, and refuses mistakes', async () => {
    const folder = mkdtempSync(resolve('test/.client-'));
    try {
      writeFileSync(join(folder, 'api.ts'), astToString(await openapiTS(document as never)));
      writeFileSync(join(folder, 'client.ts'), CLIENT);
      const options: ts.CompilerOptions = {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.NodeNext,
        types: [],
      };
      const program = ts.createProgram([join(folder, 'client.ts')], options);
      const messages = ts
        .getPreEmitDiagnostics(program)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
      expect(messages).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
