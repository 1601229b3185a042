/** Calls the server, and turns whatever can go wrong into a sentence that says what to do about it. */

import { randomUUID } from 'node:crypto';
import { CONFIG_FILE, type Config } from './config.ts';
import { retrying } from './retry.ts';
import { adviceOn, ServiceError } from './service-error.ts';

/** More than any answer that is asked for here, which are at most some hundred list items or one 5 MiB skill. */
const ANSWER_MAX_BYTES = 32 << 20;

/** Nothing of it has reached the server. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

interface CallOptions {
  query?: object;
  body?: object;
  signal?: AbortSignal;
  /** By which the server knows a POST that it has had already. */
  key?: string;
  /** It does no harm when it arrives twice. */
  isRepeatable?: boolean;
}

interface Patience {
  /** How long a whole answer may take, with all tries. */
  timeoutMs: number;
  tries: number;
}

/** Enough for a tool that someone waits for. */
const OF_TOOLS: Patience = { timeoutMs: 15_000, tries: 4 };

export interface Reply<Body> {
  status: number;
  body: Body;
  /** How to go on with a list that is not an object. */
  nextCursor?: string;
}

export class Client {
  constructor(
    private readonly config: Config,
    private readonly patience = OF_TOOLS,
  ) {}

  /** For a call that the server may answer so much later. */
  waiting(seconds = 0): Client {
    const { timeoutMs, tries } = this.patience;
    return new Client(this.config, { timeoutMs: timeoutMs + seconds * 1000, tries });
  }

  get<Body>(path: string, query?: object, signal?: AbortSignal): Promise<Reply<Body>> {
    return this.json('GET', path, { query, signal, isRepeatable: true });
  }

  /** However often it has to be sent, the server acts on it once. */
  post<Body>(path: string, body?: object, signal?: AbortSignal, key = randomUUID() as string): Promise<Reply<Body>> {
    return this.json('POST', path, { body, signal, key, isRepeatable: true });
  }

  /** A POST that changes nothing more when it arrives twice: the server keeps no key and no answer for it. */
  repeat<Body>(path: string, body?: object, signal?: AbortSignal): Promise<Reply<Body>> {
    return this.json('POST', path, { body, signal, isRepeatable: true });
  }

  patch<Body>(path: string, body: object, signal?: AbortSignal): Promise<Reply<Body>> {
    return this.json('PATCH', path, { body, signal });
  }

  delete<Body>(path: string, signal?: AbortSignal): Promise<Reply<Body>> {
    return this.json('DELETE', path, { signal });
  }

  /** An answer that is plain text. */
  async text(path: string, query: object, signal?: AbortSignal): Promise<Reply<string>> {
    const { response, text } = await this.call('GET', path, { query, signal, isRepeatable: true });
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
    { query = {}, body, signal, key, isRepeatable = false }: CallOptions,
  ): Promise<{ response: Response; text: string }> {
    const { timeoutMs, tries } = this.patience;
    const timeout = AbortSignal.timeout(timeoutMs);
    const given = Object.entries(query).filter(([, value]) => value !== undefined) as [string, unknown][];
    const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
    const request = {
      headers: {
        ...(body && { 'Content-Type': 'application/json' }),
        ...(key !== undefined && { 'Idempotency-Key': key }),
      },
      body: body && JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    };
    const attempt = async (): Promise<{ response: Response; text: string }> => {
      try {
        const response = await this.fetch(method, given.length > 0 ? `${path}?${search}` : path, request);
        const text = await read(response);
        if (!response.ok) throw this.refusal(response, text);
        return { response, text };
      } catch (error) {
        throw error instanceof ServiceError ? error : this.unreachable(error, timeout.aborted);
      }
    };
    return retrying(attempt, { tries, isRepeatable, signal: request.signal });
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
    if (isTimeout) {
      return new ServiceError(`${url} did not answer within ${this.patience.timeoutMs / 1000} s. Try again later.`);
    }
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    const why = cause?.code ?? cause?.message ?? message;
    const text = `cannot reach ${url} (${why}). Check that the server runs and VERS_INFRA_URL is right.`;
    return new ServiceError(text, UNSENT.has(why) ? { isUnsent: true } : { isBroken: true });
  }

  private notOurServer({ status, headers }: Response): ServiceError {
    const type = headers.get('content-type') ?? 'nothing';
    const { url } = this.config;
    return new ServiceError(
      `${url} answered ${status} with ${type}, not as the agent services do. Check VERS_INFRA_URL, and a proxy between.`,
    );
  }

  private refusal(response: Response, text: string): ServiceError {
    const { error, code } = (parsed(text) ?? {}) as { error?: unknown; code?: unknown };
    if (typeof error !== 'string') return this.notOurServer(response);
    const isUnknownRoute = error.startsWith('no such route');
    const advice = isUnknownRoute ? 'Update the server, or check VERS_INFRA_URL.' : adviceOn(response, code);
    const { status, headers } = response;
    const seconds = headers.get('retry-after');
    const details = { status, code, retryAfterMs: seconds === null ? undefined : Number(seconds) * 1000 };
    return new ServiceError(`${error} (${status})${advice ? `. ${advice}` : ''}`, details);
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
