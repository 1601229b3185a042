import { ArgumentsHost, Catch, ExceptionFilter, HttpException, HttpStatus, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { requestIdOf } from '../http/edge.js';
import { DomainError, ErrorCode, FieldProblem } from './domain-error.js';

const STATUS: Record<ErrorCode, HttpStatus> = {
  invalid_input: HttpStatus.BAD_REQUEST,
  unauthenticated: HttpStatus.UNAUTHORIZED,
  // A page of the dashboard leads to where one signs in.
  sign_in: HttpStatus.FOUND,
  forbidden: HttpStatus.FORBIDDEN,
  not_found: HttpStatus.NOT_FOUND,
  method_not_allowed: HttpStatus.METHOD_NOT_ALLOWED,
  conflict: HttpStatus.CONFLICT,
  precondition_failed: HttpStatus.PRECONDITION_FAILED,
  key_reused: HttpStatus.UNPROCESSABLE_ENTITY,
  too_large: HttpStatus.PAYLOAD_TOO_LARGE,
  too_many: HttpStatus.TOO_MANY_REQUESTS,
  unavailable: HttpStatus.SERVICE_UNAVAILABLE,
};

interface Refusal {
  status: number;
  body: { error: string; details?: FieldProblem[] };
  headers: Record<string, string>;
}

/** The one place that knows how a refusal or a failure looks over HTTP. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const { status, body, headers } = this.describe(error, request);
    this.send(response.status(status).set(headers), body);
  }

  /** Writes the body; routes whose clients read something else than JSON have a filter that does it otherwise. */
  protected send(response: Response, body: Refusal['body']): void {
    response.json(body);
  }

  private describe(error: unknown, request: Request): Refusal {
    if (error instanceof DomainError) {
      const body = { error: error.message, ...(error.details && { details: error.details }), ...error.facts };
      return { status: STATUS[error.code], body, headers: error.headers };
    }
    // The framework's own refusals: an unreadable path, a cross-site request.
    if (error instanceof HttpException && error.getStatus() < 500) {
      return { status: error.getStatus(), body: { error: error.message }, headers: {} };
    }
    this.logger.error({ requestId: requestIdOf(request), err: error });
    return { status: 500, body: { error: `internal error (request ${requestIdOf(request)})` }, headers: {} };
  }
}
