import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

export interface PeerCounts {
  idleStreams: number;
  stuckReaders: number;
  halfRequests: number;
  neverReading: number;
}

/** Clients that do what no client should, each on a connection of its own. */
export class BrokenPeers {
  private readonly sockets: Socket[] = [];
  private readonly url: URL;
  private readonly token: string;

  constructor(url: string, token: string) {
    this.url = new URL(url);
    this.token = token;
  }

  async open({ idleStreams, stuckReaders, halfRequests, neverReading }: PeerCounts): Promise<void> {
    for (let i = 0; i < idleStreams; i += 1) {
      const socket = await this.send(this.head('GET', '/skills/stream', ''));
      socket.resume();
    }
    for (let i = 0; i < stuckReaders; i += 1) await this.send(this.head('GET', '/feed/stream', ''));
    for (let i = 0; i < halfRequests; i += 1) {
      const whole = this.head('POST', '/feed/events', 'Content-Length: 200\r\n');
      // Some stop within the headers, the others in the body.
      await this.send(i % 2 === 0 ? whole.slice(0, -20) : `${whole}{"agent": "half`);
    }
    for (let i = 0; i < neverReading; i += 1) await this.send(this.head('GET', '/feed/events?limit=10000', ''));
  }

  /** How many of them the server has not cut off. */
  get stillOpen(): number {
    return this.sockets.filter(({ destroyed }) => !destroyed).length;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private head(method: string, path: string, more: string): string {
    return `${method} ${path} HTTP/1.1\r\nHost: ${this.url.host}\r\nAuthorization: Bearer ${this.token}\r\n${more}\r\n`;
  }

  /** Sends text on a new connection that nothing is read from. */
  private async send(text: string): Promise<Socket> {
    const socket = connect(Number(this.url.port), this.url.hostname);
    socket.pause().on('error', () => undefined);
    this.sockets.push(socket);
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  }
}
