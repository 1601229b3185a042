import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { TestApp, TOKEN } from '../support/app.js';
import { makeTask } from '../support/make.js';
import { openSocket, statusesIn } from '../support/raw.js';

/** How long a client may take nothing. */
const STALLED_MS = 300;
const LARGE = 'x'.repeat(900_000);
const LARGE_TASKS = 16;

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start({ env: { AGENT_MAX_TASKS: '100' } });
  for (let i = 0; i < LARGE_TASKS; i++) await makeTask(app, { tags: ['large'], description: LARGE });
  app.app.getHttpServer().setTimeout(STALLED_MS);
});
afterAll(() => app.stop());

function claim(fields: object): string {
  const body = JSON.stringify({ agent: 'ann', ...fields });
  const head = `POST /board/claim HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n`;
  return `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

describe('a client that waits for a task', () => {
  it('is answered, however much longer that takes than a client may take nothing', async () => {
    const { status, body } = await app.api.post('/board/claim').send({ agent: 'ann', tags: ['none'], waitSeconds: 1 });
    expect([status, body]).toEqual([200, expect.objectContaining({ task: null })]);
  });

  it('may go on with the connection', async () => {
    const socket = await openSocket(app.url);
    for (const waitSeconds of [1, 0]) {
      socket.write(claim({ tags: ['none'], waitSeconds }));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(statusesIn(answer.toString())).toEqual([200]);
    }
    socket.destroy();
  });

  it('is cut off when it then takes nothing of its answers', async () => {
    const socket = await openSocket(app.url);
    socket.pause().write(claim({ tags: ['none'], waitSeconds: 1 }) + claim({ tags: ['large'] }).repeat(LARGE_TASKS));
    const server = app.app.getHttpServer();
    const connections = (): Promise<number> =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      );
    server.closeIdleConnections();
    expect(await connections()).toBe(1);
    while ((await connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
  });
});
