import type { Express, NextFunction, Request, Response } from 'express';
import type { SecurityRequestHook } from '@nestjs/common/internal';
import type { GuardedResponse } from './messages.js';
import { SlowLane } from './slow-lane.js';
import { type Found, mayMeet, type RouteHandler, RouteTable } from './route-table.js';

/** What comes before a request is routed. */
export interface Entrance {
  /** Gives the headers that this answer carries whatever it is: names and values in turns. */
  receive(request: Request, response: Response): readonly string[];
  /** Answers a request that goes no further. */
  admit(request: Request, response: Response, next: () => void): void;
}

export type ErrorHandler = (error: unknown, request: Request, response: Response, next: NextFunction) => void;

/** What the router of Express keeps for each route and each middleware. */
interface Layer {
  route?: { path: string; stack: { method: string; handle: RouteHandler }[] };
  match(path: string): unknown;
}

const CURSOR = /[?&]cursor=[^&]*/;
/** Whether a path of this pattern may be another layer's to answer. */
function mayComeBefore(layer: Layer, pattern: string): boolean {
  return layer.route ? mayMeet(layer.route.path, pattern) : Boolean(layer.match(pattern));
}

/** The headers are known before there is a response. */
const NO_HEADERS = { setHeader: () => undefined, removeHeader: () => undefined };

/**
 * Takes every request first: through the entrance, past the check for what other sites' pages send, and, where its path
 * is plain, straight to the handler of its route. Everything else goes on to Express, which has the same routes.
 */
export class Dispatcher {
  entrance?: Entrance;
  securityHook?: SecurityRequestHook<Request>;

  private onError?: ErrorHandler;
  private readonly table = new RouteTable();
  private readonly slowLane = new SlowLane();
  private securityHeaders: readonly string[] = [];

  constructor(private readonly express: Express) {}

  /** Learns the routes and the headers, once all of them are there. */
  begin(onError: ErrorHandler): void {
    this.onError = onError;
    const headers: string[] = [];
    const setHeader = (name: string, value: string): unknown => headers.push(name, value);
    this.securityHook?.({ method: 'GET', headers: {} } as Request, { ...NO_HEADERS, setHeader });
    this.securityHeaders = headers;
    // The first layer is the adapter's, and does nothing as long as there are no hooks.
    const [, ...layers] = this.express.router.stack as unknown as Layer[];
    const passed: Layer[] = [];
    for (const layer of layers) {
      const { path, stack = [] } = layer.route ?? {};
      // What comes before a route and may concern it decides first, and only Express knows what.
      const isClear = path !== undefined && !passed.some((before) => mayComeBefore(before, path));
      const isTaken = isClear && stack.every(({ method, handle }) => this.table.add(method, path, handle));
      if (!isTaken) passed.push(layer);
    }
  }

  readonly handle = (request: Request, response: GuardedResponse): void => {
    try {
      request.originalUrl = request.url;
      request.res = response;
      const { entrance } = this;
      if (!entrance) throw new Error('there is no entrance yet');
      response.standing = this.securityHeaders.concat(entrance.receive(request, response));
      const refusal = this.securityHook?.(request, NO_HEADERS);
      if (refusal) throw refusal;
      entrance.admit(request, response, () => this.route(request, response));
    } catch (error) {
      this.fail(error, request, response);
    }
  };

  private route(request: Request, response: GuardedResponse): void {
    const found = this.table.find(request.method, request.url);
    if (!found) this.express(request, response);
    else if (request.method !== 'GET') this.run(found, request, response);
    else {
      // The pages of a list are alike.
      const name = request.url.replace(CURSOR, '');
      const isWanted = (): boolean => !response.destroyed;
      this.slowLane.enter(name, isWanted, () => {
        const startedAt = performance.now();
        response.onAnswer = () => this.slowLane.took(name, performance.now() - startedAt);
        this.run(found, request, response);
      });
    }
  }

  private run(found: Found, request: Request, response: Response): void {
    request.params = found.params;
    const fail = (error: unknown): void => this.fail(error, request, response);
    const next = (error?: unknown): void => {
      if (error) fail(error);
      else this.express(request, response);
    };
    Promise.resolve(found.handler(request, response, next)).catch(fail);
  }

  private fail(error: unknown, request: Request, response: Response): void {
    this.onError?.(error, request, response, () => response.destroy());
  }
}
