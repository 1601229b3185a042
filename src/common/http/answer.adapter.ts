import type { SecurityRequestHook } from '@nestjs/common/internal';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express, Request, Response } from 'express';
import type { RequestListener } from 'node:http';
import { Answer } from './answer.js';
import { CONNECTION_LIMITS, ConnectionLimits, createGuardedServer } from './connections.js';
import { Dispatcher, Entrance, ErrorHandler } from './dispatcher.js';
import { GuardedResponse, messagesOf } from './messages.js';

/**
 * Express, with a short way in for requests with plain paths (see {@link Dispatcher}), and a short way out for an
 * {@link Answer}: no serialisation, no ETag, and one write. Its server has {@link ConnectionLimits}.
 */
export class AnswerAdapter extends ExpressAdapter {
  private readonly dispatcher = new Dispatcher(this.getInstance<Express>());

  constructor(private readonly limits: Partial<ConnectionLimits> = {}) {
    super();
  }

  /** Has every request pass here first. */
  enterBy(entrance: Entrance): void {
    this.dispatcher.entrance = entrance;
  }

  override initHttpServer(): void {
    const limits = { ...CONNECTION_LIMITS, ...this.limits };
    const messages = messagesOf(this.getInstance<Express>());
    this.setHttpServer(createGuardedServer(this.dispatcher.handle as unknown as RequestListener, limits, messages));
  }

  override registerSecurityHook(hook: SecurityRequestHook<Request>): void {
    this.dispatcher.securityHook = hook;
  }

  /** The last thing that the framework registers. */
  override setErrorHandler(handler: ErrorHandler, prefix?: string): unknown {
    this.dispatcher.begin(handler);
    return super.setErrorHandler(handler, prefix);
  }

  override reply(response: GuardedResponse, answer: unknown, statusCode?: number): unknown {
    if (answer instanceof Answer) return send(response, answer, statusCode);
    if (isPlain(answer) && !response.hasHeader('Content-Type')) {
      return send(response, Answer.json(JSON.stringify(answer)), statusCode);
    }
    return super.reply(response, answer, statusCode);
  }
}

function send(response: GuardedResponse, { headers, type, body }: Answer, status = response.statusCode): Response {
  const length = String(Buffer.byteLength(body));
  response.answer(status, { ...headers, 'Content-Type': type, 'Content-Length': length }, body);
  return response;
}

/** What a handler gives as a literal, rather than a stream, an error, or whatever else Express knows how to send. */
function isPlain(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && Object.getPrototypeOf(answer) === Object.prototype;
}
