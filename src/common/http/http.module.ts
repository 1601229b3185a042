import { Global, Module } from '@nestjs/common';
import { BodyGuard } from './body.guard.js';
import { Edge } from './edge.js';
import { FallbackController } from './fallback.controller.js';
import { Lifecycle } from './lifecycle.js';

/** What surrounds all routes. Imported last, because its fallback route takes whatever is left. */
@Global()
@Module({ controllers: [FallbackController], providers: [BodyGuard, Edge, Lifecycle], exports: [Lifecycle] })
export class HttpModule {}
