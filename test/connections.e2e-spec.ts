import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { CONNECTION_LIMITS } from '../src/common/http/connections.js';
import { TestApp, TOKEN } from './support/app.js';
import { makeEvent } from './support/make.js';
import { answerOn, bodyIn, openSocket, raw, statusesIn } from './support/raw.js';
import { TestStream } from './support/stream.js';

const LIMITS = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 30 };
const DRIP_MS = 20;
const EVENT = '{"agent":"a","type":"custom","summary":"s"}';
const HEAD = `POST /feed/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n`;
const HIDDEN = `DELETE /feed/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start({ limits: LIMITS });
});
afterAll(() => app.stop());

/** Sends the same over and over, a little at a time, until the server has had enough. */
async function drip(socket: Socket, text: string): Promise<string> {
  const dripping = setInterval(() => socket.write(text), DRIP_MS);
  const answer = await answerOn(socket);
  clearInterval(dripping);
  return answer;
}

describe('a client that is too slow', () => {
  const refused = [[408], { error: 'the request took too long to arrive' }];

  it('is cut off when it sends nothing', async () => {
    const answer = await answerOn(await openSocket(app.url));
    expect([statusesIn(answer), bodyIn(answer)]).toEqual(refused);
  });

  it('is cut off when its headers never end', async () => {
    const socket = await openSocket(app.url);
    socket.write('GET /health HTTP/1.1\r\nHost: x\r\n');
    const answer = await drip(socket, 'X-More: x\r\n');
    expect([statusesIn(answer), bodyIn(answer)]).toEqual(refused);
  });

  it('is cut off when its body never ends, and nothing of it is stored', async () => {
    const before = app.storedText();
    const socket = await openSocket(app.url);
    socket.write(`${HEAD}Content-Length: 1000000\r\n\r\n{"agent":"`);
    const answer = await drip(socket, 'x');
    expect([statusesIn(answer), bodyIn(answer), app.storedText() === before]).toEqual([...refused, true]);
  });

  it('holds up neither others nor a stream that is open', async () => {
    const stream = await TestStream.open(`${app.url}/feed/stream`);
    const slow = Array.from({ length: 50 }, async () => {
      const socket = await openSocket(app.url);
      socket.write(`${HEAD}Content-Length: 1000000\r\n\r\n`);
      return drip(socket, 'x');
    });
    const first = await makeEvent(app);
    expect(new Set((await Promise.all(slow)).map((answer) => statusesIn(answer).join()))).toEqual(new Set(['408']));
    // By now the stream is older than any request may become.
    const second = await makeEvent(app);
    expect((await stream.take(2)).map(({ id }) => id)).toEqual([first.id, second.id]);
    stream.close();
  });

  it('has 10 s for its headers and a minute for its body', async () => {
    const other = await TestApp.start();
    const limits = { ...CONNECTION_LIMITS };
    expect(other.app.getHttpServer()).toMatchObject(limits);
    expect(limits).toMatchObject({ headersTimeout: 10_000, requestTimeout: 60_000, maxHeaderSize: 16_384 });
    await other.stop();
  });
});

describe('a connection without a request', () => {
  it('stays open for longer than a minute, which the client is told', async () => {
    const { headers } = await app.anonymous.get('/health').set('Connection', 'keep-alive');
    expect(headers['keep-alive']).toBe('timeout=75');
  });

  it('is closed when that is over', async () => {
    const other = await TestApp.start({ limits: { keepAliveTimeout: 100, connectionsCheckingInterval: 30 } });
    expect(statusesIn(await raw(other.url, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'))).toEqual([200]);
    await other.stop();
  });
});

describe('headers that are too large', () => {
  it.each([
    ['one', `X-Large: ${'x'.repeat(17_000)}\r\n`],
    ['many', 'X-Small: x\r\n'.repeat(2500)],
  ])('are refused: %s', async (_, headers) => {
    const answer = await raw(app.url, `GET /health HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    expect([statusesIn(answer), bodyIn(answer)]).toEqual([
      [431],
      { error: 'the request line and headers are too large' },
    ]);
  });

  it('are refused in the request line too', async () => {
    expect(statusesIn(await raw(app.url, `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`))).toEqual([431]);
  });
});

describe('headers that are small', () => {
  it('all count, however many there are', async () => {
    const many = 'a:\r\n'.repeat(3000);
    const request = `GET /feed/stats HTTP/1.1\r\nHost: x\r\n${many}Connection: close\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
    expect(statusesIn(await raw(app.url, request))).toEqual([200]);
  });
});

describe('what is not HTTP', () => {
  it.each([
    ['nonsense', 'nonsense\r\n\r\n'],
    ['another version', 'GET /health HTTP/3.0\r\nHost: x\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['an unknown method', 'EAT /health HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a path without its slash', 'GET health HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a byte that no path has', 'GET /\u00ff HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['NUL in a header', 'GET /health HTTP/1.1\r\nHost: x\r\nX: a\u0000b\r\n\r\n'],
    ['a line feed alone', 'GET /health HTTP/1.1\nHost: x\n\n'],
  ])('is refused: %s', async (_, text) => {
    const answer = await raw(app.url, text);
    expect([statusesIn(answer), bodyIn(answer)]).toEqual([[400], { error: 'this is not valid HTTP' }]);
    expect(answer).toMatch(/\r\nX-Request-Id: [\w-]{36}\r\n/);
    expect(answer).toMatch(/\r\nX-Content-Type-Options: nosniff\r\n/);
  });

  it('does not get into the middle of an answer that has begun', async () => {
    const socket = await openSocket(app.url);
    socket.write(`GET /feed/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
    socket.once('data', () => socket.write('nonsense\r\n\r\n'));
    expect(statusesIn(await answerOn(socket))).toEqual([200]);
  });

  it('includes a request without a host', async () => {
    const answer = await raw(app.url, 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect([statusesIn(answer), bodyIn(answer)]).toEqual([[400], { error: 'the Host header is missing' }]);
  });
});

describe('an expectation', () => {
  it('of 100-continue is met, but only for who may send', async () => {
    const ask = (token: string): string =>
      `POST /feed/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n` +
      `Expect: 100-continue\r\nContent-Length: ${EVENT.length}\r\n\r\n${EVENT}`;
    expect(statusesIn(await raw(app.url, ask(TOKEN)))).toEqual([100, 201]);
    expect(statusesIn(await raw(app.url, ask('wrong'))).at(-1)).toBe(401);
  });

  it('of anything else changes nothing', async () => {
    const answer = await raw(app.url, 'GET /board/tasks HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: x\r\n\r\n');
    expect(statusesIn(answer)).toEqual([401]);
  });
});

describe('a request whose end is open to doubt', () => {
  const chunked = `${EVENT.length.toString(16)}\r\n${EVENT}\r\n0\r\n\r\n`;

  it.each([
    ['Content-Length and Transfer-Encoding', `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`],
    ['Transfer-Encoding and Content-Length', `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${chunked}`],
    ['two lengths', `Content-Length: ${EVENT.length}\r\nContent-Length: 4\r\n\r\n${EVENT}`],
    ['one length twice', `Content-Length: ${EVENT.length}\r\nContent-Length: ${EVENT.length}\r\n\r\n${EVENT}`],
    ['a list of lengths', `Content-Length: 4, ${EVENT.length}\r\n\r\n${EVENT}`],
    ['a length with a sign', `Content-Length: +${EVENT.length}\r\n\r\n${EVENT}`],
    ['a negative length', `Content-Length: -1\r\n\r\n${EVENT}`],
    ['a length in hexadecimal', `Content-Length: 0x10\r\n\r\n${EVENT}`],
    ['a length beyond all numbers', `Content-Length: ${'9'.repeat(30)}\r\n\r\n${EVENT}`],
    ['an unknown transfer encoding', `Transfer-Encoding: xchunked\r\n\r\n${chunked}`],
    ['chunked, but not in the end', `Transfer-Encoding: chunked, identity\r\n\r\n${chunked}`],
    ['a tab in the encoding', `Transfer-Encoding: \u000bchunked\r\n\r\n${chunked}`],
    ['a blank before the colon', `Transfer-Encoding : chunked\r\n\r\n${chunked}`],
    ['a header over two lines', `Transfer-Encoding:\r\n chunked\r\nX: y\r\n z\r\nContent-Length: 4\r\n\r\n${chunked}`],
    ['a chunk without a size', `Transfer-Encoding: chunked\r\n\r\nx\r\n${EVENT}\r\n0\r\n\r\n`],
    ['a chunk with a negative size', `Transfer-Encoding: chunked\r\n\r\n-1\r\n${EVENT}\r\n0\r\n\r\n`],
    ['a chunk longer than its size', `Transfer-Encoding: chunked\r\n\r\n4\r\n${EVENT}\r\n0\r\n\r\n`],
  ])('is refused with all that follows: %s', async (_, rest) => {
    await makeEvent(app);
    const before = app.storedText();
    const answer = await raw(app.url, HEAD + rest + HIDDEN);
    expect([statusesIn(answer), bodyIn(answer), app.storedText() === before]).toEqual([
      [400],
      { error: 'this is not valid HTTP' },
      true,
    ]);
  });

  it.each([
    ['of a GET', 'GET /health HTTP/1.1\r\nHost: x\r\n', 200],
    ['of a stranger', 'POST /feed/events HTTP/1.1\r\nHost: x\r\n', 401],
    ['that is no JSON', HEAD, 400],
  ])('hides no other request in the body %s', async (_, head, status) => {
    await makeEvent(app);
    const before = app.storedText();
    const last = 'GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const answer = await raw(app.url, `${head}Content-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}${last}`);
    expect([statusesIn(answer), app.storedText() === before]).toEqual([[status, 200], true]);
  });

  it('is refused when the connection ends before it', async () => {
    const before = app.storedText();
    const socket = await openSocket(app.url);
    socket.end(`${HEAD}Content-Length: ${EVENT.length + 1}\r\n\r\n${EVENT}`);
    await answerOn(socket);
    expect(app.storedText()).toBe(before);
  });
});
