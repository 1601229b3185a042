import { once } from 'node:events';
import { connect, Socket } from 'node:net';

/** Opens a connection on which anything can be said. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // A server that has heard enough closes while more is being said.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes back until the server closes the connection, each byte as a character. */
export function answerOn(socket: Socket): Promise<string> {
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  return new Promise((resolve) => socket.once('close', () => resolve(answer)));
}

/** Sends text as it is, each character a byte, and gives everything that comes back. */
export async function raw(url: string, text: string): Promise<string> {
  const socket = await openSocket(url);
  socket.write(text, 'latin1');
  return answerOn(socket);
}

/** The status lines in what came back, as numbers. */
export function statusesIn(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** The body of the last answer in what came back. */
export function bodyIn(answer: string): unknown {
  return JSON.parse(answer.slice(answer.lastIndexOf('\r\n\r\n') + 4)) as unknown;
}
