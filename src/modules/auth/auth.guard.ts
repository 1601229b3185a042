import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { DomainError } from '../../common/errors/domain-error.js';
import { IS_PUBLIC } from '../../common/http/public.js';
import { AuthService } from './auth.service.js';

/** Closed unless a handler is marked {@link Public}: everything else needs the bearer token. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly auth: AuthService,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const { authorization } = context.switchToHttp().getRequest<Request>().headers;
    const refusal = this.auth.refusal(authorization);
    if (refusal === undefined) return true;
    throw new DomainError('unauthenticated', refusal, { headers: { 'WWW-Authenticate': 'Bearer' } });
  }
}
