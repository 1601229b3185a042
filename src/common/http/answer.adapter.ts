import { ExpressAdapter } from '@nestjs/platform-express';
import type { Response } from 'express';
import type { RequestListener } from 'node:http';
import { Answer } from './answer.js';
import { CONNECTION_LIMITS, ConnectionLimits, createGuardedServer } from './connections.js';

/**
 * Express, with a short way out for an {@link Answer}: no serialisation, no ETag, and one write, as Node joins head and
 * body when the body is a string. Its server has {@link ConnectionLimits}.
 */
export class AnswerAdapter extends ExpressAdapter {
  constructor(private readonly limits: Partial<ConnectionLimits> = {}) {
    super();
  }

  override initHttpServer(): void {
    const limits = { ...CONNECTION_LIMITS, ...this.limits };
    this.setHttpServer(createGuardedServer(this.getInstance<RequestListener>(), limits));
  }

  override reply(response: Response, answer: unknown, statusCode?: number): unknown {
    if (!(answer instanceof Answer)) return super.reply(response, answer, statusCode);
    return response
      .writeHead(statusCode ?? response.statusCode, {
        ...answer.headers,
        'Content-Type': answer.type,
        'Content-Length': Buffer.byteLength(answer.body),
      })
      .end(answer.body);
  }
}
