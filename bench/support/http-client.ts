import http from 'node:http';
import https from 'node:https';

/** Longer than any answer may take; without it one lost packet could keep a program from ending. */
const SILENT_MAX_MS = 15_000;

export interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** JSON over kept-alive connections, to one server. */
export class HttpClient {
  private readonly transport: typeof http | typeof https;
  private readonly agent: http.Agent;
  private readonly base: string;
  private readonly headers: Record<string, string>;

  constructor(base: string, token?: string) {
    const { protocol, href } = new URL(base);
    this.base = href.replace(/\/+$/, '');
    this.transport = protocol === 'https:' ? https : http;
    this.agent = new this.transport.Agent({ keepAlive: true });
    this.headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  }

  /** The answer, whatever its status; rejects when there is none. */
  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const data = body === undefined ? undefined : JSON.stringify(body);
      const type = data === undefined ? {} : { 'Content-Type': 'application/json' };
      const request = this.transport.request(this.base + path, {
        method,
        agent: this.agent,
        headers: { ...this.headers, ...type, ...headers },
        timeout: SILENT_MAX_MS,
      });
      request.once('timeout', () => request.destroy(new Error(`no answer within ${SILENT_MAX_MS / 1000} s`)));
      request.once('error', reject);
      request.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        response.once('error', reject);
      });
      request.end(data);
    });
  }

  /** Opens an answer that does not end, on a connection of its own. */
  open(path: string, headers: Record<string, string> = {}): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = { agent: false, headers: { ...this.headers, ...headers } };
      const request = this.transport.get(this.base + path, options, (response) => {
        if (response.statusCode === 200) return resolve(response);
        response.destroy();
        reject(new Error(`GET ${path} answered ${response.statusCode}`));
      });
      request.on('error', reject);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
