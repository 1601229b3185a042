import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { TestApp, TOKEN } from '../support/app.js';
import { makeKey, makeTask } from '../support/make.js';

type Api = ReturnType<typeof request.agent>;

let app: TestApp;
let ann: Api;
let bob: Api;
let id: string;
let fence: number;

/** Requests with a key of this agent's own. */
async function agent(name: string): Promise<Api> {
  const { key } = await makeKey(app, { name, role: 'agent' });
  return request.agent(app.url).auth(key, { type: 'bearer' });
}

beforeAll(async () => {
  app = await TestApp.start();
  ann = await agent('ann');
  bob = await agent('bob');
});

afterAll(() => app.stop());

beforeEach(async () => {
  id = (await makeTask(app)).id;
  const { body } = await ann.post(`/board/tasks/${id}/claim`).send({});
  expect(body).toMatchObject({ lease: { agent: 'ann', fence: 2 } });
  ({ fence } = (body as { lease: { fence: number } }).lease);
});

type Change = (api: Api, fence?: number) => Promise<{ status: number; body: unknown }>;

const artifacts = [{ type: 'url', url: 'u', label: 'l' }];
const GUARDED: [string, Change][] = [
  ['status', (api, fence) => api.patch(`/board/tasks/${id}`).send({ status: 'done', fence })],
  ['assignee', (api, fence) => api.patch(`/board/tasks/${id}`).send({ assignee: 'eve', fence })],
  ['no assignee', (api, fence) => api.patch(`/board/tasks/${id}`).send({ assignee: null, fence })],
  ['artifacts', (api, fence) => api.post(`/board/tasks/${id}/artifacts`).send({ artifacts, fence })],
  ['review', (api, fence) => api.post(`/board/tasks/${id}/review`).send({ summary: 'x', fence })],
  ['approve', (api, fence) => api.post(`/board/tasks/${id}/approve`).send({ fence })],
  ['reject', (api, fence) => api.post(`/board/tasks/${id}/reject`).send({ reason: 'x', fence })],
  [
    'delete',
    (api, fence) => api.delete(`/board/tasks/${id}`).set(fence === undefined ? {} : { 'If-Fence': `${fence}` }),
  ],
];

describe.each(GUARDED)('a held task’s %s', (_, change) => {
  it('is not changed without the fence, by whichever agent', async () => {
    const before = app.storedText();
    for (const api of [ann, bob]) {
      const { status, body } = await change(api);
      expect([status, body]).toMatchObject([409, { code: 'held', holder: 'ann', secondsLeft: expect.any(Number) }]);
    }
    expect(app.storedText()).toBe(before);
  });

  it('is not changed by another agent that read the fence', async () => {
    const before = app.storedText();
    const { status, body } = await change(bob, fence);
    expect([status, body]).toMatchObject([409, { code: 'lease_lost', holder: 'ann' }]);
    expect(app.storedText()).toBe(before);
  });

  it('is changed by its holder with the fence, and by the admin without', async () => {
    expect((await change(ann, fence)).status).toBeLessThan(300);
    id = (await makeTask(app)).id;
    await ann.post(`/board/tasks/${id}/claim`).send({});
    expect((await change(app.api)).status).toBeLessThan(300);
  });
});

describe('what stays free on a held task', () => {
  it.each<[string, Change]>([
    ['a note', (api) => api.post(`/board/tasks/${id}/notes`).send({ content: 'hm', type: 'question' })],
    ['a bump', (api) => api.post(`/board/tasks/${id}/bump`)],
    ['its title', (api) => api.patch(`/board/tasks/${id}`).send({ title: 'clearer', tags: ['x'], priority: 0 })],
  ])('is %s', async (_, change) => {
    expect((await change(bob)).status).toBeLessThan(300);
    expect((await app.api.get(`/board/tasks/${id}`)).body).toMatchObject({ lease: { agent: 'ann', fence } });
  });
});

describe('an agent', () => {
  it.each(['renew', 'release', 'complete', 'fail'])('cannot %s what another holds', async (verb) => {
    const { status, body } = await bob.post(`/board/tasks/${id}/${verb}`).send({ fence, reason: 'x' });
    expect([status, body]).toMatchObject([409, { code: 'lease_lost', holder: 'ann' }]);
  });

  it('cannot claim in another’s name', async () => {
    const { id: other } = await makeTask(app);
    for (const path of [`/board/tasks/${other}/claim`, '/board/claim']) {
      expect((await bob.post(path).send({ agent: 'ann' })).status).toBe(403);
    }
    expect((await app.api.get(`/board/tasks/${other}`)).body).toMatchObject({ status: 'open' });
  });

  it('is not made to say what an admin does with its fence', async () => {
    const { key } = await makeKey(app, { name: 'boss', role: 'admin' });
    const boss = request(app.url).post(`/board/tasks/${id}/fail`).auth(key, { type: 'bearer' });
    const { body } = await boss.send({ fence, reason: 'Not needed' });
    expect(body).toMatchObject({ notes: [{ author: 'boss', content: 'Failed by boss: Not needed (attempt 1 of 3)' }] });
  });

  it('may be spoken for by the server’s own token, which has no name', async () => {
    const speaking = request(app.url).post(`/board/tasks/${id}/complete`).auth(TOKEN, { type: 'bearer' });
    expect((await speaking.send({ fence })).status).toBe(200);
  });
});
