import { CanActivate, ExecutionContext, HttpStatus, Injectable } from '@nestjs/common';
import type { RawBodyRequest } from '@nestjs/common';
import { HTTP_CODE_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { hash } from 'node:crypto';
import { Clock } from '../clock.js';
import { DomainError, invalidInput } from '../errors/domain-error.js';
import { callerOf } from '../http/caller.js';
import { KeptAnswers } from '../storage/kept-answers.js';
import { Attempt, beginAttempt } from './attempt.js';
import { KEY_HEADER, KEY_MAX_CHARACTERS, STORES_RECORD } from './stores-record.js';

const HEADER = KEY_HEADER.toLowerCase();
const PRINTABLE = /^[\x20-\x7e]+$/;
const RETRY_AFTER = { 'Retry-After': '1' };

/**
 * Reads the `Idempotency-Key` of requests that store a record, once their body is read. What was answered before is
 * answered again here, without asking anything else; the writers look once more, when it is the request's turn.
 */
@Injectable()
export class IdempotencyGuard implements CanActivate {
  /** The requests that are not answered yet. */
  private readonly running = new Map<string, Attempt>();

  constructor(
    private readonly reflector: Reflector,
    private readonly clock: Clock,
    private readonly kept: KeptAnswers,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<RawBodyRequest<Request>>();
    const key = request.headers[HEADER];
    if (key === undefined || !this.reflector.get<boolean>(STORES_RECORD, context.getHandler())) return true;
    const status = this.reflector.get<HttpStatus | undefined>(HTTP_CODE_METADATA, context.getHandler());
    const attempt = this.attempt(request, String(key), status ?? HttpStatus.CREATED);
    const replay = this.kept.replayOf(attempt);
    if (replay) throw replay;
    this.admit(attempt, http.getResponse<Response>());
    beginAttempt(attempt);
    return true;
  }

  private attempt(request: RawBodyRequest<Request>, key: string, status: number): Attempt {
    if (key.length > KEY_MAX_CHARACTERS || !PRINTABLE.test(key)) {
      const message = `${KEY_HEADER} must be 1 to ${KEY_MAX_CHARACTERS} printable ASCII characters`;
      throw invalidInput([{ field: KEY_HEADER, message }]);
    }
    const route = [callerOf(request).id, request.method, request.path];
    // The bytes, since what they say may be nested too deep to be written down again.
    const body = digest(request.rawBody ?? '');
    return new Attempt(digest(JSON.stringify([...route, key])), body, this.clock.timestamp(), status);
  }

  private admit(attempt: Attempt, response: Response): void {
    const { key } = attempt;
    const first = this.running.get(key);
    if (first) {
      attempt.assertSame(first.body);
      throw new DomainError('conflict', `a request with this ${KEY_HEADER} is still running`, { headers: RETRY_AFTER });
    }
    this.running.set(key, attempt);
    response.once('close', () => this.running.delete(key));
  }
}

function digest(data: string | Buffer): string {
  return hash('sha256', data, 'base64url');
}
