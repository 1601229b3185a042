import { Agent, request } from 'node:http';

/** A request as it goes over the wire. */
export interface Wire {
  method: string;
  /** With its query; not tidied up in any way. */
  path: string;
  headers: [name: string, value: string][];
  body?: Buffer;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Of a stream that does not end: its first part. */
  body: Buffer;
}

const ANSWER_MAX_MS = 20_000;
const STREAM = 'text/event-stream';

/** One connection that is kept, so that a request can be sent a thousand times a second. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly url: URL;

  constructor(url: string) {
    this.url = new URL(url);
  }

  /** @throws the error of the connection, when no answer comes */
  async send(wire: Wire): Promise<Answer> {
    try {
      return await this.attempt(wire);
    } catch (error) {
      // The server closed the kept connection in the moment in which it was used again.
      if ((error as { reusedSocket?: boolean }).reusedSocket) return this.attempt(wire);
      throw error;
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private attempt({ method, path, headers, body }: Wire): Promise<Answer> {
    const { hostname, port } = this.url;
    const flat = headers.flat();
    if (!headers.some(([name]) => name.toLowerCase() === 'host')) flat.push('Host', this.url.host);
    if (body) flat.push('Content-Length', String(body.length));
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(ANSWER_MAX_MS);
      const sent = request({ hostname, port, method, path, agent: this.agent, headers: flat, setHost: false, signal });
      sent.on('error', (error) => reject(Object.assign(error, { reusedSocket: sent.reusedSocket })));
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        const finish = (): void =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          if (!String(response.headers['content-type']).startsWith(STREAM)) return;
          finish();
          sent.destroy();
        });
        response.on('end', finish).on('error', reject);
      });
      sent.end(body);
    });
  }
}
