import { readFileSync } from 'node:fs';
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
  private readonly idleOnes: Socket[] = [];
  private readonly deafOnes: Socket[] = [];
  private readonly url: URL;
  private readonly token: string;

  constructor(url: string, token: string) {
    this.url = new URL(url);
    this.token = token;
  }

  async open({ idleStreams, stuckReaders, halfRequests, neverReading }: PeerCounts): Promise<void> {
    for (let i = 0; i < idleStreams; i += 1) {
      const socket = await this.send(this.head('GET', '/skills/stream', ''));
      this.idleOnes.push(socket.resume());
    }
    for (let i = 0; i < stuckReaders; i += 1) this.deafOnes.push(await this.send(this.head('GET', '/feed/stream', '')));
    for (let i = 0; i < halfRequests; i += 1) {
      const whole = this.head('POST', '/feed/events', 'Content-Length: 200\r\n');
      // Some stop within the headers, the others in the body.
      await this.send(i % 2 === 0 ? whole.slice(0, -20) : `${whole}{"agent": "half`);
    }
    for (let i = 0; i < neverReading; i += 1) {
      this.deafOnes.push(await this.send(this.head('GET', '/feed/events?limit=10000', '')));
    }
  }

  /** How many the server has not cut off. A client that reads nothing is not told, so the system is asked. */
  get stillOpen(): { idle: number; deaf: number } {
    const connected = connectionsOf(Number(this.url.port));
    const count = (sockets: Socket[]): number => sockets.filter(({ localPort = 0 }) => connected.has(localPort)).length;
    return { idle: count(this.idleOnes), deaf: count(this.deafOnes) };
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

/** The ports at the other ends of the connections that a server on a local port has. */
function connectionsOf(port: number): Set<number> {
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  const ends = lines.map((line) => /^ *\d+: \w+:(\w+) \w+:(\w+) 01 /.exec(line) ?? []);
  const remote = ends.filter(([, local]) => Number.parseInt(local ?? '', 16) === port);
  return new Set(remote.map(([, , peer]) => Number.parseInt(peer ?? '', 16)));
}
