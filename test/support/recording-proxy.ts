import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  body?: unknown;
  hasCredential: boolean;
  status: number;
}

/** Stands between a client and a server, and keeps what the client asked and which status it got. */
export class RecordingProxy {
  private requests: RecordedRequest[] = [];

  private constructor(
    private readonly server: http.Server,
    readonly url: string,
  ) {}

  static async start(target: string): Promise<RecordingProxy> {
    const server = http.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new RecordingProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
      proxy.forward(target, request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    return proxy;
  }

  /** What was asked since it was taken last. */
  take(): RecordedRequest[] {
    return this.requests.splice(0);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async forward(target: string, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const body = Buffer.concat(await request.toArray());
    const forwarded = http.request(target + url, { method, headers, agent: false }).end(body);
    response.once('close', () => forwarded.destroy());
    const [answer] = (await once(forwarded, 'response')) as [http.IncomingMessage];
    const { pathname, searchParams } = new URL(url, target);
    this.requests.push({
      method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      ...(body.length > 0 && { body: JSON.parse(body.toString()) as unknown }),
      hasCredential: headers.authorization !== undefined,
      status: answer.statusCode ?? 0,
    });
    response.writeHead(answer.statusCode ?? 0, answer.headers);
    answer.on('error', () => response.destroy()).pipe(response);
  }
}
