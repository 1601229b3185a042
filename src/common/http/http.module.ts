import { Global, Module } from '@nestjs/common';
import { IdempotencyGuard } from '../idempotency/idempotency.guard.js';
import { ReplayFilter } from '../idempotency/replay.filter.js';
import { BodyGuard } from './body.guard.js';
import { Edge } from './edge.js';
import { FAILURES_PER_MINUTE, FailureLimit } from './failure-limit.js';
import { FallbackController } from './fallback.controller.js';
import { Lifecycle } from './lifecycle.js';

/** What surrounds all routes. Imported last, because its fallback route takes whatever is left. */
@Global()
@Module({
  controllers: [FallbackController],
  providers: [
    BodyGuard,
    Edge,
    IdempotencyGuard,
    ReplayFilter,
    { provide: FailureLimit, useFactory: () => new FailureLimit(FAILURES_PER_MINUTE) },
    Lifecycle,
  ],
  exports: [FailureLimit, Lifecycle],
})
export class HttpModule {}
