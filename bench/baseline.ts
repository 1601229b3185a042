import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a bare `node:http` server does with the same kind of work: the measure for what a framework and a disk cost. */
const ANSWER = JSON.stringify({ status: 'ok', uptime: 1 });

const server = createServer((request, response) => {
  if (request.method === 'GET') return answer(200, ANSWER);
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    answer(201, JSON.stringify(body === '' ? {} : (JSON.parse(body) as unknown)));
  });

  function answer(status: number, text: string): void {
    response
      .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
      .end(text);
  }
});

// The one who started it reads the port from the first line.
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.once('SIGTERM', () => process.exit(0));
