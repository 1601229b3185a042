import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { flushCompileCache } from 'node:module';
import type { AddressInfo } from 'node:net';
import { AppModule } from './app.module.js';
import { APP_OPTIONS, setUp, start, stop } from './app.setup.js';
import { Config, loadConfig } from './common/config/config.js';
import { localUrl } from './common/config/local-url.js';
import { exitWith, StartError } from './common/errors/start-error.js';
import { AnswerAdapter } from './common/http/answer.adapter.js';
import { JsonLogger } from './common/logging/json-logger.js';
import { DuckFiles } from './common/storage/duckdb-files.js';
import { RecordLogs } from './common/storage/record-logs.js';
import { ServicesDatabase } from './common/storage/services-database.js';

const FATAL_EXIT_MS = 200;
/** The process ends by then, whatever still hangs. */
const STOP_MAX_MS = 4500;

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = new JsonLogger(config.logLevel);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(config), new AnswerAdapter(), {
    ...APP_OPTIONS,
    logger,
  });
  setUp(app);
  for (const storage of [app.get(RecordLogs), app.get(ServicesDatabase), app.get(DuckFiles)]) {
    storage.onFatal = (error) => {
      logger.fatal(error, 'storage');
      // Those who wait for an answer still hear that theirs was refused.
      setTimeout(() => process.exit(1), FATAL_EXIT_MS);
    };
  }
  stopOnSignal(app, logger);
  await (config.host ? app.listen(config.port, config.host) : app.listen(config.port));
  await start(app);
  greet(config, (app.getHttpServer().address() as AddressInfo).port);
  // Also for the start after this process was killed.
  flushCompileCache();
  releaseGarbage();
}

/**
 * A start leaves some 50 MiB that nobody needs, and V8 would keep them as long as little happens. It takes 0.1 s, and
 * `--expose-gc`, as `npm start` has it.
 */
function releaseGarbage(): void {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

function stopOnSignal(app: NestExpressApplication, logger: JsonLogger): void {
  let isStopping = false;
  const onSignal = (signal: string): void => {
    if (isStopping) return;
    isStopping = true;
    logger.log(`${signal}: shutting down`, 'main');
    setTimeout(() => process.exit(1), STOP_MAX_MS).unref();
    stop(app).then(
      () => process.exit(0),
      (error: unknown) => exitWith(error),
    );
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  // A file that may not grow any more is answered with 503; the signal that comes with it would end the process.
  process.on('SIGXFSZ', () => undefined);
}

/** For the person at the console; the log on standard output stays JSON. */
function greet(config: Config, port: number): void {
  const { authToken, dataDir } = config;
  const url = config.publicUrl ?? localUrl(config, port);
  const credential = authToken ? ' -H "Authorization: Bearer $VERS_AUTH_TOKEN"' : '';
  console.error(
    [
      '',
      `  vers-agent-services answers at ${url}`,
      `  data     ${dataDir}`,
      `  access   ${authToken ? 'with the bearer token' : 'open, for this machine only (set VERS_AUTH_TOKEN to serve others)'}`,
      `  people   ${authToken ? 'npm run login   prints a link to the dashboard' : `${url}/ui/`}`,
      `  docs     ${url}/docs`,
      '',
      '  Watch the feed, then publish to it from another terminal:',
      `    curl -N ${url}/feed/stream${credential}`,
      `    curl ${url}/feed/events${credential} -d '{"agent": "me", "type": "custom", "summary": "hello"}'`,
      '',
    ].join('\n'),
  );
}

await main().catch((error: unknown) => exitWith(asStartError(error)));

function asStartError(error: unknown): unknown {
  const { code, syscall, message } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === 'listen' ? new StartError(`cannot listen (${code}): ${message}; see PORT and HOST`) : error;
}
