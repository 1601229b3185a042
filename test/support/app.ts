import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import Database from 'better-sqlite3';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { AppModule } from '../../src/app.module.js';
import { APP_OPTIONS, setUp, start, stop } from '../../src/app.setup.js';
import { Clock } from '../../src/common/clock.js';
import { loadConfig } from '../../src/common/config/config.js';
import { AnswerAdapter } from '../../src/common/http/answer.adapter.js';
import type { ConnectionLimits } from '../../src/common/http/connections.js';
import { FailureLimit } from '../../src/common/http/failure-limit.js';
import { Disk } from '../../src/common/storage/disk.js';
import { TOKEN } from './token.js';

export { TOKEN };

export interface AppOptions {
  /** Environment variables beside `DATA_DIR`; a token is set unless it is given as `undefined`. */
  env?: NodeJS.ProcessEnv;
  /** A folder to go on with; a fresh one that {@link TestApp.stop} removes when not given. */
  dataDir?: string;
  disk?: Disk;
  clock?: Clock;
  /** How many credentials of one client may fail in a minute; no matter how many when not given. */
  failuresPerMinute?: number;
  /** Other limits than the server's own. */
  limits?: Partial<ConnectionLimits>;
}

/** The whole application on a port of its own, with real storage. */
export class TestApp {
  private constructor(
    readonly app: NestExpressApplication,
    readonly url: string,
    readonly dataDir: string,
    private readonly ownsDataDir: boolean,
  ) {}

  /** An application that answers. */
  static async start(options: AppOptions = {}): Promise<TestApp> {
    const app = await TestApp.listen(options);
    await app.begin();
    return app;
  }

  /** An application that listens, but has not read its data yet. */
  static async listen(options: AppOptions = {}): Promise<TestApp> {
    const { env = {}, dataDir, disk, clock, failuresPerMinute = Infinity, limits } = options;
    const folder = dataDir ?? temporaryFolder();
    const config = loadConfig({ VERS_AUTH_TOKEN: TOKEN, ...env, DATA_DIR: folder, PORT: '0' });
    const builder = Test.createTestingModule({ imports: [AppModule.with(config)] }).setLogger(false as never);
    if (disk) builder.overrideProvider(Disk).useValue(disk);
    if (clock) builder.overrideProvider(Clock).useValue(clock);
    builder.overrideProvider(FailureLimit).useValue(new FailureLimit(failuresPerMinute));
    const module = await builder.compile();
    const app = module.createNestApplication<NestExpressApplication>(new AnswerAdapter(limits), {
      ...APP_OPTIONS,
      logger: false,
    });
    setUp(app);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new TestApp(app, `http://127.0.0.1:${port}`, folder, dataDir === undefined);
  }

  /** Reads the data; an application that cannot is stopped. */
  async begin(): Promise<void> {
    try {
      await start(this.app);
    } catch (error) {
      await stop(this.app);
      throw error;
    }
  }

  /** Requests with the credential. */
  get api(): ReturnType<typeof request.agent> {
    return this.as(TOKEN);
  }

  /** Requests with another credential. */
  as(token: string): ReturnType<typeof request.agent> {
    return request.agent(this.url).auth(token, { type: 'bearer' });
  }

  /** Requests without a credential. */
  get anonymous(): ReturnType<typeof request> {
    return request(this.url);
  }

  /** All log files and all tables that are nowhere else: what a refused request must leave as it was. */
  storedText(): string {
    const logs = readdirSync(this.dataDir).filter((file) => file.endsWith('.jsonl'));
    return [...logs.map((file) => readFileSync(join(this.dataDir, file), 'utf8')), ...this.storedRows()].join('');
  }

  private *storedRows(): Iterable<string> {
    const database = new Database(join(this.dataDir, 'services.sqlite'), { readonly: true });
    try {
      const schema = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
      const tables = schema.pluck().all() as string[];
      for (const table of tables) yield JSON.stringify([table, database.prepare(`SELECT * FROM "${table}"`).all()]);
    } finally {
      database.close();
    }
  }

  async stop(): Promise<void> {
    await stop(this.app);
    if (this.ownsDataDir) rmSync(this.dataDir, { recursive: true, force: true });
  }
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'vers-test-'));
}
