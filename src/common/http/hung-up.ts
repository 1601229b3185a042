import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';

/**
 * A handler's parameter: an `AbortSignal` that tells that the client is gone before it got its answer. The handler may
 * take as long as it must; only then does the limit hold for how long a client takes nothing.
 */
export const HungUp = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const response = context.switchToHttp().getResponse<Response>();
  const hangUp = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) hangUp.abort();
  });
  response.on('timeout', () => {
    if (response.headersSent) response.destroy();
  });
  return hangUp.signal;
});
