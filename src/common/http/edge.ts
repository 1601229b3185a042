import { Injectable, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { Config } from '../config/config.js';
import { KEY_HEADER } from '../idempotency/stores-record.js';
import { runRequest } from '../idempotency/attempt.js';
import { enterBrowserApi, isForBrowserApi } from './dashboard-path.js';
import type { Entrance } from './dispatcher.js';
import { Lifecycle } from './lifecycle.js';

const REQUEST_ID_HEADER = 'X-Request-Id';
const ACCEPTED_REQUEST_ID = /^[\w.:-]{1,64}$/;
const KEY = KEY_HEADER.toLowerCase();
const HEALTH_PATHS = new Set(['/health', '/health/ready']);
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d*)?$/i;
const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '::1']);
const WILDCARD_ADDRESSES = new Set(['0.0.0.0', '::']);

/** Without the scheme and the host of an address that has them. */
const PATH = /^(?:[a-z]+:\/\/[^/?#]*)?([^?#]*)/i;

const requestIds = new WeakMap<Request, string>();

/** The id that ties a request to its answer and its log lines. */
export function requestIdOf(request: Request): string {
  return requestIds.get(request) ?? '-';
}

/** What happens to every request before it is routed: its id, its log line, and the refusals that concern them all. */
@Injectable()
export class Edge implements Entrance {
  private readonly logger = new Logger('http');

  constructor(
    private readonly config: Config,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** Comes first, so that whatever is answered has an id and is logged. */
  receive(request: Request, response: Response): readonly string[] {
    const id = request.headers['x-request-id'];
    const requestId = typeof id === 'string' && ACCEPTED_REQUEST_ID.test(id) ? id : randomUUID();
    requestIds.set(request, requestId);
    const startedAt = performance.now();
    response.once('close', () => this.log(request, requestId, response, startedAt));
    enterBrowserApi(request);
    return [REQUEST_ID_HEADER, requestId];
  }

  admit(request: Request, response: Response, next: () => void): void {
    if (this.lifecycle.isStopping) response.setHeader('Connection', 'close');
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      response.status(400).json({ error: 'the Host header is missing' });
    } else if (!this.lifecycle.isRunning && !isForHealth(request)) {
      const state = this.lifecycle.isStopping ? 'shutting down' : 'starting';
      response
        .status(503)
        .set('Retry-After', '1')
        .json({ error: `the server is ${state}` });
    } else if (!this.config.authToken && !this.isLocalName(request.headers.host)) {
      const error =
        'without VERS_AUTH_TOKEN this server answers only to its local names (the Host header names another)';
      response.status(403).json({ error });
    } else if (request.headers[KEY] === undefined) {
      next();
    } else {
      runRequest(next);
    }
  }

  /** Another site's page can make a browser resolve that site's name to this machine, but not change the name it sends. */
  private isLocalName(host: string | undefined): boolean {
    const name = host === undefined ? '' : hostNameOf(host);
    if (LOOPBACK_NAMES.has(name) || name === this.config.host?.toLowerCase()) return true;
    return WILDCARD_ADDRESSES.has(this.config.host ?? '') && isIP(name) > 0;
  }

  /** Never the query: it may hold a token. */
  private log({ method, originalUrl }: Request, requestId: string, response: Response, startedAt: number): void {
    const { statusCode: status } = response;
    if (status < 400 && this.config.logLevel !== 'debug') return;
    const ms = Math.round((performance.now() - startedAt) * 10) / 10;
    const [, path] = PATH.exec(originalUrl) ?? [];
    const entry = { requestId, method, path, status, ms, msg: 'request' };
    if (status >= 500) this.logger.error(entry);
    else if (status >= 400) this.logger.log(entry);
    else this.logger.debug(entry);
  }
}

/** Through the API for browsers it needs a session, and so the data. */
function isForHealth(request: Request): boolean {
  return HEALTH_PATHS.has(request.path) && !isForBrowserApi(request);
}

/** Empty for what is more than a name or an address, and a port. */
function hostNameOf(host: string): string {
  if (!HOST.test(host)) return '';
  const name = URL.parse(`http://${host}`)?.hostname ?? '';
  return name.startsWith('[') ? name.slice(1, -1) : name;
}
