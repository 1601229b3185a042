import { ExpressAdapter } from '@nestjs/platform-express';
import type { Response } from 'express';
import { Answer } from './answer.js';

/**
 * Express, with a short way out for an {@link Answer}: no serialisation, no ETag, and one write, as Node joins head and
 * body when the body is a string.
 */
export class AnswerAdapter extends ExpressAdapter {
  override reply(response: Response, body: unknown, statusCode?: number): unknown {
    if (!(body instanceof Answer)) return super.reply(response, body, statusCode);
    return response
      .writeHead(statusCode ?? response.statusCode, {
        ...body.headers,
        'Content-Type': body.type,
        'Content-Length': Buffer.byteLength(body.text),
      })
      .end(body.text);
  }
}
