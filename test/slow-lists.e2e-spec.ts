import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { join } from 'node:path';
import { TestApp, temporaryFolder, TOKEN } from './support/app.js';

const LISTS = 20;
const ENTRIES = 10_000;
const TEXT = 'x'.repeat(100);

let app: TestApp;
beforeAll(async () => {
  const dataDir = temporaryFolder();
  const line = (i: number): string => JSON.stringify({ id: `entry-${i}`, timestamp: at(i), text: TEXT });
  writeFileSync(join(dataDir, 'log.jsonl'), Array.from({ length: ENTRIES }, (_, i) => `${line(i)}\n`).join(''));
  app = await TestApp.start({ dataDir });
});
afterAll(() => app.stop());

function at(i: number): string {
  return new Date(i).toISOString();
}

/** A connection that the server has read from already. */
async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  await ask(socket, '/health');
  return socket;
}

/** Resolves when the answer begins to arrive. */
async function ask(socket: Socket, path: string): Promise<void> {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
  await once(socket, 'data');
}

it('gives a long list as text too, a line for each entry', async () => {
  const { text } = await app.api.get(`/log/raw?since=1970-01-01T00:00:00Z&limit=${ENTRIES}`);
  expect(text).toBe(Array.from({ length: ENTRIES }, (_, i) => `[${at(i)}] ${TEXT}\n`).join(''));
});

it('lets a short answer pass between long lists that came before it', async () => {
  const list = `/log?since=1970-01-01T00:00:00Z&limit=${ENTRIES}`;
  const { body } = await app.api.get(list);
  const ids = (body.entries as { id: string }[]).map(({ id }) => id);
  expect(ids).toEqual(Array.from({ length: ENTRIES }, (_, i) => `entry-${i}`));
  const sockets = await Promise.all(Array.from({ length: LISTS + 1 }, open));
  const order: string[] = [];
  const answers = sockets.map(async (socket, i) => {
    await ask(socket, i < LISTS ? list : '/status');
    order.push(i < LISTS ? 'list' : 'status');
    socket.destroy();
  });
  await Promise.all(answers);
  expect(order.indexOf('status')).toBeLessThan(LISTS / 4);
});
