import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { DomainError } from '../../common/errors/domain-error.js';
import { type Caller, setCaller } from '../../common/http/caller.js';
import { isForBrowserApi, isForDashboard } from '../../common/http/dashboard-path.js';
import { FailureLimit } from '../../common/http/failure-limit.js';
import { IS_PUBLIC } from '../../common/http/public.js';
import { digestOf } from '../../common/secrets.js';
import { BearerService } from './bearer.service.js';
import { clearSession, sessionOf } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

const TOKEN_HOLDER: Caller = { id: 'token', role: 'admin' };
const ANYONE: Caller = { id: 'anyone', role: 'admin' };

/**
 * Closed unless a handler is marked {@link Public}: everything else needs the bearer token, or, under `/ui`, a session.
 * The API for browsers has no open routes.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly bearer: BearerService,
    private readonly sessions: SessionsService,
    private readonly failures: FailureLimit,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (!this.bearer.isRequired) return admit(request, ANYONE);
    if (this.isPublic(context) && !isForBrowserApi(request)) return true;
    if (isForDashboard(request) && request.headers.authorization === undefined) {
      return this.admitSession(request, context.switchToHttp().getResponse<Response>());
    }
    return this.admitBearer(request);
  }

  private isPublic(context: ExecutionContext): boolean {
    return this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()]);
  }

  private admitBearer(request: Request): true {
    const { authorization } = request.headers;
    if (authorization === undefined) {
      throw unauthenticated('missing Authorization header: send "Authorization: Bearer <token>"');
    }
    if (this.bearer.isGood(authorization)) return admit(request, TOKEN_HOLDER);
    throw this.failures.refuse(request, unauthenticated('invalid token'));
  }

  private admitSession(request: Request, response: Response): true {
    const session = sessionOf(request);
    const refusal = isForBrowserApi(request)
      ? new DomainError('unauthenticated', 'sign in at /ui/login first')
      : new DomainError('sign_in', 'sign in first', { headers: { Location: '/ui/login' } });
    if (session === undefined) throw refusal;
    if (this.sessions.admit(session, response))
      return admit(request, { id: `session:${digestOf(session)}`, role: 'admin' });
    clearSession(response);
    throw this.failures.refuse(request, refusal);
  }
}

function admit(request: Request, caller: Caller): true {
  setCaller(request, caller);
  return true;
}

function unauthenticated(message: string): DomainError {
  return new DomainError('unauthenticated', message, { headers: { 'WWW-Authenticate': 'Bearer' } });
}
