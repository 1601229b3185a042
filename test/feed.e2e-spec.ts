import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from './support/app.js';
import { TestStream } from './support/stream.js';

describe('smoke', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());
  it('publishes', async () => {
    const stream = await TestStream.open(`${app.url}/feed/stream`);
    const { status, body } = await app.api.post('/feed/events').send({ agent: 'a', type: 'custom', summary: 's' });
    expect(status).toBe(201);
    expect(await stream.next()).toEqual({ id: body.id, data: body });
    stream.close();
  });
});
