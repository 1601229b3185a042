import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { createServer, OutgoingMessage, RequestListener, Server, ServerOptions } from 'node:http';
import type { Duplex } from 'node:stream';

/** How much and how long a client may send, and be silent; what is slower or larger is cut off. */
export interface ConnectionLimits {
  /** Milliseconds from the opening of a connection, or the first byte of a request, to the end of the headers. */
  headersTimeout: number;
  /** Milliseconds to the end of the body. */
  requestTimeout: number;
  /** Milliseconds between two looks at the clock. */
  connectionsCheckingInterval: number;
  /** Milliseconds that a connection without a request stays open. */
  keepAliveTimeout: number;
  /** Bytes of the request line and all headers. */
  maxHeaderSize: number;
}

/** The largest body, 12 MiB, gets through at 1.7 Mbit/s. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 1000,
  // Longer than a minute, so that who asks every minute pays for one connection, and no proxy in front meets one that
  // is just being closed.
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16 << 10,
};

const REFUSALS: Partial<Record<string, [status: string, error: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the request line and headers are too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'the chunk extensions are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request took too long to arrive'],
};
const NOT_HTTP: [string, string] = ['400 Bad Request', 'this is not valid HTTP'];

const logger = new Logger('http');

/** A server that refuses what never becomes a request in the form in which all else is refused. */
export function createGuardedServer(
  listener: RequestListener,
  limits: ConnectionLimits,
  messages: Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>,
): Server {
  // A missing Host header is refused where all else is.
  const server = createServer({ ...limits, ...messages, requireHostHeader: false }, listener);
  // Their bytes are counted; Node would drop those after the 2,000th, such as what a proxy adds.
  server.maxHeadersCount = 0;
  server.on('clientError', refuse);
  // No expectation but `100-continue`, which Node meets itself, changes what a request means.
  server.on('checkExpectation', listener);
  return server;
}

function refuse({ code = '' }: NodeJS.ErrnoException, socket: Duplex): void {
  if (!canAnswer(socket) || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, error] = REFUSALS[code] ?? NOT_HTTP;
  const requestId = randomUUID();
  logger.log({ requestId, status: Number.parseInt(status), code, msg: 'no request' });
  const body = JSON.stringify({ error });
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Content-Security-Policy: default-src 'none'",
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** False in the middle of the answer to an earlier request, of which Node tells only here. */
function canAnswer(socket: Duplex & { _httpMessage?: OutgoingMessage | null }): boolean {
  return socket.writable && !socket._httpMessage?.headersSent;
}
