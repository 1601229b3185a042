import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DomainError } from '../../common/errors/domain-error.js';
import { type Caller, hasRole, lacksRole, setCaller } from '../../common/http/caller.js';
import { isForBrowserApi, isForDashboard } from '../../common/http/dashboard-path.js';
import { FailureLimit } from '../../common/http/failure-limit.js';
import { neededRole } from '../../common/http/needs.js';
import { BearerService } from './bearer.service.js';
import { clearSession, sessionOf } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

/** In dev mode, whoever comes without a good credential. */
const ANYONE: Caller = { id: 'anyone', role: 'admin' };
const ANYONE_AT_THE_DASHBOARD: Caller = { ...ANYONE, name: 'dashboard' };

/**
 * Closed unless a handler is marked public: everything else needs the bearer token or a key, or, under `/ui`, a session,
 * and with it the role that the handler says. The API for browsers has no open routes.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly bearer: BearerService,
    private readonly sessions: SessionsService,
    private readonly failures: FailureLimit,
  ) {}

  canActivate(context: ExecutionContext): true {
    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const role = neededRole(context);
    if (role === undefined && !isForBrowserApi(request)) return true;
    const caller = this.identify(request, response) ?? this.withoutCredential(request, response);
    if (role !== undefined && !hasRole(caller, role)) throw lacksRole(caller, role, 'this');
    setCaller(request, caller);
    return true;
  }

  private identify(request: Request, response: Response): Caller | undefined {
    const { authorization } = request.headers;
    if (authorization !== undefined) return this.bearer.callerWith(authorization, response);
    const session = isForDashboard(request) ? sessionOf(request) : undefined;
    return session === undefined ? undefined : this.sessions.admit(session, response);
  }

  /** @throws DomainError but in dev mode, where it gives whom the request comes from all the same */
  private withoutCredential(request: Request, response: Response): Caller {
    const isBrowser = isForDashboard(request) && request.headers.authorization === undefined;
    if (!this.bearer.isRequired) return isBrowser ? ANYONE_AT_THE_DASHBOARD : ANYONE;
    throw isBrowser ? this.signInFirst(request, response) : this.noBearer(request);
  }

  private noBearer(request: Request): DomainError {
    return request.headers.authorization === undefined
      ? unauthenticated('missing Authorization header: send "Authorization: Bearer <token>"')
      : this.failures.refuse(request, unauthenticated('invalid token: it is wrong, has expired, or was revoked'));
  }

  private signInFirst(request: Request, response: Response): DomainError {
    const refusal = isForBrowserApi(request)
      ? new DomainError('unauthenticated', 'sign in at /ui/login first')
      : new DomainError('sign_in', 'sign in first', { headers: { Location: '/ui/login' } });
    if (sessionOf(request) === undefined) return refusal;
    clearSession(response);
    return this.failures.refuse(request, refusal);
  }
}

function unauthenticated(message: string): DomainError {
  return new DomainError('unauthenticated', message, { headers: { 'WWW-Authenticate': 'Bearer' } });
}
