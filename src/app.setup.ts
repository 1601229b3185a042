import type { NestApplicationOptions } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { setTimeout as sleep } from 'node:timers/promises';
import { openApi } from './app.openapi.js';
import { Config } from './common/config/config.js';
import type { AnswerAdapter } from './common/http/answer.adapter.js';
import { BodyGuard } from './common/http/body.guard.js';
import { Edge } from './common/http/edge.js';
import { Lifecycle } from './common/http/lifecycle.js';
import { IdempotencyGuard } from './common/idempotency/idempotency.guard.js';
import { ReplayFilter } from './common/idempotency/replay.filter.js';
import { PageErrorFilter } from './common/pages/page-error.filter.js';
import { DuckFiles } from './common/storage/duckdb-files.js';
import { RecordLogs } from './common/storage/record-logs.js';
import { ServicesDatabase } from './common/storage/services-database.js';
import { Takeover } from './common/takeover/takeover.js';
import { DtoPipe } from './common/validation/dto.pipe.js';
import { AuthGuard } from './modules/auth/auth.guard.js';

/** A client that takes nothing of its answer for so long is cut off: the answer waits in memory. Streams see to that themselves. */
const STALLED_MS = 30_000;
/** How long requests under way may take to end once the server shuts down. */
const DRAIN_MS = 3000;
const DRAIN_STEP_MS = 20;

export const APP_OPTIONS: NestApplicationOptions = {
  bodyParser: false,
  abortOnError: false,
  routeConflictPolicy: { duplicate: 'error' },
};

/** Everything around the modules, the same for the server and for tests. */
export function setUp(app: NestExpressApplication): void {
  const config = app.get(Config);
  app.set('trust proxy', config.trustProxy).set('etag', false).disable('x-powered-by');
  app.get<HttpAdapterHost<AnswerAdapter>>(HttpAdapterHost).httpAdapter.enterBy(app.get(Edge));
  app.useSecurityHeaders({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    // The proxy in front that speaks TLS is the one to say so.
    strictTransportSecurity: false,
  });
  app.enableCsrfProtection(config.publicUrl ? { trustedOrigins: [config.publicUrl] } : {});
  app.useGlobalGuards(app.get(AuthGuard), app.get(BodyGuard), app.get(IdempotencyGuard));
  app.useGlobalPipes(new DtoPipe());
  app.useGlobalFilters(app.get(PageErrorFilter), app.get(ReplayFilter));
  app.getHttpServer().setTimeout(STALLED_MS);
  openApi(app);
}

/** Reads the data; until then the server answers 503. */
export async function start(app: NestExpressApplication): Promise<void> {
  // First, so that the logs draw no id before all that were ever drawn are known.
  await app.get(ServicesDatabase).open();
  await app.get(Takeover).run();
  await app.get(RecordLogs).start();
  await app.get(DuckFiles).start();
  app.get(Lifecycle).started();
}

/** Refuses new requests, ends streams, lets the rest finish, and gives the data folder free. */
export async function stop(app: NestExpressApplication): Promise<void> {
  app.get(Lifecycle).stopping();
  const server = app.getHttpServer();
  const drained = drain(server);
  await app.close();
  await drained;
  await app.get(ServicesDatabase).close();
  await app.get(DuckFiles).stop();
  await app.get(RecordLogs).stop();
}

/** Keep-alive connections become idle one by one as their requests end. */
async function drain(server: ReturnType<NestExpressApplication['getHttpServer']>): Promise<void> {
  const deadline = performance.now() + DRAIN_MS;
  let isOpen = server.listening;
  server.once('close', () => (isOpen = false));
  while (isOpen && performance.now() < deadline) {
    server.closeIdleConnections();
    await sleep(DRAIN_STEP_MS);
  }
  server.closeAllConnections();
}
