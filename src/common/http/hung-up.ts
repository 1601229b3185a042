import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';

/** A handler's parameter: an `AbortSignal` that tells that the client is gone before it got its answer. */
export const HungUp = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const response = context.switchToHttp().getResponse<Response>();
  const hangUp = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) hangUp.abort();
  });
  return hangUp.signal;
});
