import { ExpressAdapter } from '@nestjs/platform-express';
import type { Response } from 'express';
import { Answer } from './answer.js';

/**
 * Express, with a short way out for an {@link Answer}: no serialisation, no ETag, and one write, as Node joins head and
 * body when the body is a string.
 */
export class AnswerAdapter extends ExpressAdapter {
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
