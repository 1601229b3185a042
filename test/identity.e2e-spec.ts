import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { rmSync } from 'node:fs';
import { NEEDED_ROLE } from '../src/common/http/needs.js';
import { IS_PUBLIC } from '../src/common/http/public.js';
import { type ApiDocument, type Operation } from './fuzz/document.ts';
import { exampleOf } from './fuzz/openings.ts';
import { fieldsOf, nameOf, readDocument, type Step, withField } from './support/api-document.ts';
import { temporaryFolder, TestApp } from './support/app.js';
import { ServerProcess } from './support/server.js';

const TOKEN = 'a-token';
const ROLES = ['reader', 'agent', 'admin'];

/** What is nobody's but an admin's. */
const FOR_ADMINS = [
  'DELETE /auth/keys/{id}',
  'DELETE /feed/events',
  'DELETE /skills/extensions/{name}',
  'DELETE /skills/items/{name}',
  'GET /auth/keys',
  'PATCH /skills/extensions/{name}',
  'PATCH /skills/items/{name}',
  'POST /auth/keys',
  'POST /auth/magic-link',
  'POST /skills/extensions',
  'POST /skills/items',
];

/** In a body, these say who acts. */
const ACTORS = /^(agent|author|createdBy|registeredBy|publishedBy|reviewedBy|approvedBy|rejectedBy|addedBy|agentId)$/;

let server: ServerProcess;
let dataDir: string;
let document: ApiDocument;
const keys: Record<string, string> = {};

beforeAll(async () => {
  dataDir = temporaryFolder();
  server = await ServerProcess.start({ DATA_DIR: dataDir, VERS_AUTH_TOKEN: TOKEN });
  document = await readDocument(server.url);
  for (const role of ROLES)
    keys[role] = (await ask('POST', '/auth/keys', TOKEN, { name: role, role })).body['key'] as string;
});

afterAll(async () => {
  await server.end('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

interface Answered {
  status: number;
  body: Record<string, unknown>;
  text: string;
}

/** Asks, and reads the answer unless it goes on for ever. */
async function ask(method: string, path: string, token: string, body?: unknown): Promise<Answered> {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(server.url + path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const text = isStream ? '' : await answer.text();
  if (isStream) await answer.body?.cancel();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: answer.status, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

function closed(): Operation[] {
  return document.operations.filter(({ isOpen, isPage }) => !isOpen && !isPage);
}

const mayCall = (role: string, { role: needed = 'nobody' }: Operation): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(needed);

describe('the roles', () => {
  it('are in the OpenAPI document for every route that needs a credential, and no other', () => {
    const documented = document.operations.filter(({ isPage }) => !isPage);
    expect(documented.filter(({ role, isOpen }) => ROLES.includes(role ?? '') === isOpen)).toEqual([]);
  });

  it('are declared by every handler that does more than read', async () => {
    const app = await TestApp.start();
    const undeclared = [...app.app.get(ModulesContainer).values()]
      .flatMap(({ controllers }) => [...controllers.values()])
      .flatMap(({ metatype }) =>
        Object.entries(Object.getOwnPropertyDescriptors((metatype as { prototype: object }).prototype)).map(
          ([name, { value }]): [string, object] => [`${metatype?.name}.${name}`, Object(value) as object],
        ),
      )
      .filter(
        ([, handler]) =>
          ((Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined) ?? RequestMethod.GET) !==
            RequestMethod.GET &&
          !Reflect.hasMetadata(NEEDED_ROLE, handler) &&
          !Reflect.hasMetadata(IS_PUBLIC, handler),
      );
    await app.stop();
    expect(undeclared.map(([name]) => name)).toEqual([]);
  });

  it('let agents do all but this', () => {
    const needing = (needed: string): string[] => closed().flatMap(({ id, role }) => (role === needed ? [id] : []));
    expect(needing('admin').sort()).toEqual(FOR_ADMINS);
    expect(needing('agent').filter((id) => id.startsWith('GET'))).toEqual([]);
    expect(needing('reader').filter((id) => !id.startsWith('GET'))).toEqual([]);
  });

  it.each(ROLES)('are kept to for a key of the role %s', async (role) => {
    for (const operation of closed()) {
      const { method, template, id, statuses, body: takes } = operation;
      const { status, body } = await ask(method, template.replaceAll(/\{\w+\}/g, 'x'), keys[role] ?? '', takes && {});
      if (mayCall(role, operation)) {
        expect([id, [401, 403].includes(status)]).toEqual([id, false]);
        continue;
      }
      const error = `this needs the role ${operation.role}; the key of ${role} has the role ${role}`;
      expect([id, status, body]).toEqual([id, 403, { error }]);
      expect([id, statuses.includes('403')]).toEqual([id, true]);
    }
  });

  it('are looked at before a body is', async () => {
    const { status } = await ask('POST', '/skills/items', keys['agent'] ?? '', 'no object');
    expect(status).toBe(403);
  });

  it.each(ROLES)('hide no page and tell no route from another for the role %s', async (role) => {
    for (const path of ['/ui/', '/ui/tasks', '/health']) {
      expect([path, (await ask('GET', path, keys[role] ?? '')).status]).toEqual([path, 200]);
    }
    expect((await ask('DELETE', '/nowhere', keys[role] ?? '')).status).toBe(404);
    expect((await ask('DELETE', '/log', keys[role] ?? '')).status).toBe(405);
  });
});

describe('who acts', () => {
  /** Ids for the paths, made by an admin. */
  const known: Record<string, string> = {};

  beforeAll(async () => {
    await prepare();
    known['reports'] = (await make('/reports', { title: 'a', author: 'x', content: 'a' })).body['id'] as string;
  });

  const make = (path: string, body: object): Promise<Answered> => ask('POST', path, TOKEN, body);
  const pathOf = ({ template }: Operation): string =>
    template.replace(/\{\w+\}/, known[template.split('/')[1] ?? ''] ?? 'x');
  const actorsOf = (operation: Operation): Step[][] =>
    fieldsOf(document, operation, (field) => field['x-actor'] === true);
  const acting = (): Operation[] => closed().filter((operation) => actorsOf(operation).length > 0);

  /** What the document gives as an example, without who acts and under which lease. */
  function unsigned(operation: Operation): object {
    const example = withField(exampleOf(operation.body?.schema ?? {}, document) as object, ['fence']);
    return actorsOf(operation).reduce<object>((body, steps) => withField(body, steps), example);
  }

  /** What the examples register and record can be there only once, and a task that is held is not free. */
  async function prepare(): Promise<void> {
    known['board'] = (await make('/board/tasks', { title: 'a task', createdBy: 'x', tags: ['parser'] })).body[
      'id'
    ] as string;
    await ask('DELETE', '/registry/vms/vm-7f3a', TOKEN);
    await ask('DELETE', '/commits/c-5e0f21', TOKEN);
  }

  /** Where else it stands who acted, for the operations whose answer does not say it. */
  async function shownBy({ id }: Operation, key: string): Promise<string> {
    const paths: Record<string, string> = {
      'POST /reports/{id}/share': `/reports/${known['reports']}/shares`,
      'POST /skills/sync': '/skills/agents',
    };
    return paths[id] === undefined ? '' : (await ask('GET', paths[id], key)).text;
  }

  it('is marked in the OpenAPI document wherever a body says it', () => {
    for (const operation of closed()) {
      const named = fieldsOf(document, operation, (_, name) => ACTORS.test(name));
      expect([operation.id, actorsOf(operation)]).toEqual([operation.id, named]);
    }
    expect(acting().length).toBeGreaterThan(15);
  });

  it('cannot be somebody else with a key of an agent', async () => {
    for (const operation of acting().filter((one) => mayCall('agent', one))) {
      for (const steps of actorsOf(operation)) {
        const body = withField(unsigned(operation), steps, 'bob');
        const answer = await ask(operation.method, pathOf(operation), keys['agent'] ?? '', body);
        const error = `${nameOf(steps)} must be agent, whose key this is: others need the role admin`;
        expect([operation.id, answer.status, answer.body]).toEqual([operation.id, 403, { error }]);
      }
    }
    expect((await ask('GET', '/feed/events', TOKEN)).text).not.toContain('bob');
  });

  it.each(['agent', 'admin'])('is the name of the key where the body leaves it out, for the role %s', async (role) => {
    for (const operation of acting().filter((one) => mayCall(role, one))) {
      const key = keys[role] ?? '';
      await prepare();
      // Of a VM that is known, nothing but its end is recorded.
      const body = { ...unsigned(operation), ...(operation.id === 'POST /usage/vms' && { vmId: role }) };
      const { status, text } = await ask(operation.method, pathOf(operation), key, body);
      expect([operation.id, [200, 201].includes(status)]).toEqual([operation.id, true]);
      const written = text + (await shownBy(operation, key));
      const signature = new RegExp(`"(${ACTORS.source.slice(2, -2)})":"${role}"|(Approved|Rejected) by ${role}`);
      expect([operation.id, signature.test(written)]).toEqual([operation.id, true]);
    }
  });

  it('may be anybody for an admin, and has to be said by the holder of the token', async () => {
    for (const operation of acting()) {
      for (const steps of actorsOf(operation)) {
        const body = withField(unsigned(operation), steps, 'bob');
        await prepare();
        const { status } = await ask(operation.method, pathOf(operation), keys['admin'] ?? '', body);
        expect([operation.id, [200, 201].includes(status)]).toEqual([operation.id, true]);
      }
    }
    const { status, body } = await ask('POST', '/board/tasks', TOKEN, { title: 'a task' });
    expect([status, body['error']]).toEqual([400, 'createdBy is required']);
  });
});
