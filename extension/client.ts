/** Calls the server, and turns whatever can go wrong into a sentence that says what to do about it. */

import { CONFIG_FILE, type Config } from './config.ts';
import { adviceOn, ServiceError } from './service-error.ts';

/** More than any answer that is asked for here, which are at most some hundred list items or one 5 MiB skill. */
const ANSWER_MAX_BYTES = 32 << 20;

interface CallOptions {
  query?: object;
  body?: object;
  signal?: AbortSignal;
}

export interface Reply<Body> {
  status: number;
  body: Body;
  /** How to go on with a list that is not an object. */
  nextCursor?: string;
}

export class Client {
  constructor(
    private readonly config: Config,
    /** How long a whole answer may take: long enough for a tool that someone waits for. */
    private readonly timeoutMs = 15_000,
  ) {}

  get<Body>(path: string, query?: object, signal?: AbortSignal): Promise<Reply<Body>> {
    return this.json('GET', path, { query, signal });
  }

  post<Body>(path: string, body?: object, signal?: AbortSignal): Promise<Reply<Body>> {
    return this.json('POST', path, { body, signal });
  }

  patch<Body>(path: string, body: object, signal?: AbortSignal): Promise<Reply<Body>> {
    return this.json('PATCH', path, { body, signal });
  }

  delete<Body>(path: string, signal?: AbortSignal): Promise<Reply<Body>> {
    return this.json('DELETE', path, { signal });
  }

  /** An answer that is plain text. */
  async text(path: string, query: object, signal?: AbortSignal): Promise<Reply<string>> {
    const { response, text } = await this.call('GET', path, { query, signal });
    if (!/^text\/plain\b/.test(response.headers.get('content-type') ?? '')) throw this.notOurServer(response);
    return { status: response.status, body: text, nextCursor: response.headers.get('x-next-cursor') ?? undefined };
  }

  /** An open answer, to be read as it comes. It is the caller's to end it, by the signal. */
  async stream(
    path: string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const response = await this.fetch('GET', path, { headers, signal });
    if (response.status !== 200) throw this.refusal(response, await read(response));
    if (!response.body || !/^text\/event-stream\b/.test(response.headers.get('content-type') ?? '')) {
      await response.body?.cancel();
      throw this.notOurServer(response);
    }
    return response.body;
  }

  private async json<Body>(method: string, path: string, options: CallOptions): Promise<Reply<Body>> {
    const { response, text } = await this.call(method, path, options);
    const body = parsed(text);
    if (typeof body !== 'object' || body === null) throw this.notOurServer(response);
    const nextCursor = response.headers.get('x-next-cursor') ?? undefined;
    return { status: response.status, body: body as Body, nextCursor };
  }

  private async call(
    method: string,
    path: string,
    { query = {}, body, signal }: CallOptions,
  ): Promise<{ response: Response; text: string }> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    const given = Object.entries(query).filter(([, value]) => value !== undefined) as [string, unknown][];
    const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
    try {
      const response = await this.fetch(method, given.length > 0 ? `${path}?${search}` : path, {
        headers: body ? { 'Content-Type': 'application/json' } : {},
        body: body && JSON.stringify(body),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const text = await read(response);
      if (!response.ok) throw this.refusal(response, text);
      return { response, text };
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      throw this.unreachable(error, timeout.aborted);
    }
  }

  private fetch(
    method: string,
    path: string,
    init: RequestInit & { headers: Record<string, string> },
  ): Promise<Response> {
    const { url, token } = this.config;
    if (url === undefined) throw new ServiceError(this.setUp());
    const headers = { ...init.headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) };
    // A redirected POST would arrive as a GET and seem to have worked.
    return fetch(url + path, { ...init, method, headers, redirect: 'error' });
  }

  private setUp(): string {
    const { problem = 'VERS_INFRA_URL is not set' } = this.config;
    return (
      `${problem}. Set VERS_INFRA_URL to the origin of the agent services, such as http://infra.example:3000, and ` +
      `VERS_AUTH_TOKEN to their token, in the environment or in ~/${CONFIG_FILE}; then start pi again.`
    );
  }

  private unreachable(error: unknown, isTimeout: boolean): ServiceError {
    const { url } = this.config;
    if (isTimeout) return new ServiceError(`${url} did not answer within ${this.timeoutMs / 1000} s. Try again later.`);
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    const why = cause?.code ?? cause?.message ?? message;
    return new ServiceError(`cannot reach ${url} (${why}). Check that the server runs and VERS_INFRA_URL is right.`);
  }

  private notOurServer({ status, headers }: Response): ServiceError {
    const type = headers.get('content-type') ?? 'nothing';
    const { url } = this.config;
    return new ServiceError(
      `${url} answered ${status} with ${type}, not as the agent services do. Check VERS_INFRA_URL, and a proxy between.`,
    );
  }

  private refusal(response: Response, text: string): ServiceError {
    const { error } = (parsed(text) ?? {}) as { error?: unknown };
    if (typeof error !== 'string') return this.notOurServer(response);
    const isUnknownRoute = error.startsWith('no such route');
    const advice = isUnknownRoute ? 'Update the server, or check VERS_INFRA_URL.' : adviceOn(response);
    return new ServiceError(`${error} (${response.status})${advice ? `. ${advice}` : ''}`, response.status);
  }
}

async function read(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > ANSWER_MAX_BYTES) throw new ServiceError('the answer is too long. Narrow the filters.');
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
