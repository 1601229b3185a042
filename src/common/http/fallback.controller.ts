import { All, Controller, Req } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Express, Request } from 'express';
import { match, MatchFunction } from 'path-to-regexp';
import { DomainError, notFound } from '../errors/domain-error.js';
import { Needs } from './needs.js';

const FALLBACK_PATH = '/{*path}';

interface KnownRoute {
  matches: MatchFunction<object>;
  methods: string[];
}

/**
 * What no other route answers. Being a route itself it stands behind the same guards, so that without a credential
 * nobody learns which routes there are.
 */
@ApiExcludeController()
@Controller()
export class FallbackController {
  private routes?: KnownRoute[];

  constructor(private readonly host: HttpAdapterHost) {}

  @All(FALLBACK_PATH)
  @Needs('reader')
  refuse(@Req() request: Request): never {
    const methods = this.methodsOf(request.path);
    if (methods.length === 0) throw notFound(`no such route: ${request.path}`);
    throw new DomainError('method_not_allowed', `${request.method} is not allowed here; use ${methods.join(', ')}`, {
      headers: { Allow: methods.join(', ') },
    });
  }

  private methodsOf(path: string): string[] {
    this.routes ??= this.knownRoutes();
    const methods = new Set(this.routes.filter(({ matches }) => matches(path)).flatMap(({ methods }) => methods));
    if (methods.has('GET')) methods.add('HEAD');
    return [...methods].sort();
  }

  private knownRoutes(): KnownRoute[] {
    const { stack } = this.host.httpAdapter.getInstance<Express>().router;
    return stack.flatMap(({ route }) => {
      if (!route || route.path === FALLBACK_PATH) return [];
      return [{ matches: match(route.path), methods: route.stack.map(({ method }) => method.toUpperCase()) }];
    });
  }
}
