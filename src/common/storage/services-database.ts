import { Injectable } from '@nestjs/common';
import { join } from 'node:path';
import { Config } from '../config/config.js';
import { StartError } from '../errors/start-error.js';
import { AnswerTable } from './answer-table.js';
import { Disk } from './disk.js';
import { IdSource } from './id-source.js';
import type { Refusals } from './refusals.js';
import { CreateFirstAnswers1790000600000 } from './first-answers.migration.js';
import { CreateServicesState1790000000000 } from './services-state.migration.js';
import { Announce, ServicesWriter } from './services-writer.js';
import { Connection, isDamage, Migration, OpenDatabase, openDatabase, Statement, statementOn } from './sqlite.js';

type Parameters = readonly (string | number | null)[];

const SERVICES_FILE = 'services.sqlite';
/** What `PRAGMA synchronous` answers. In WAL mode NORMAL does not wait for the disk when it commits, FULL does. */
const SYNCHRONOUS = { os: { setting: 'NORMAL', answer: 1 }, fsync: { setting: 'FULL', answer: 2 } } as const;

/**
 * `services.sqlite`: the truth for services that keep no record log. It has two connections: the writer's, and one for
 * requests, which sees only what is committed, that is: durable.
 */
@Injectable()
export class ServicesDatabase {
  /** Called once when the disk has failed and the process should end. */
  onFatal: (error: Error) => void = () => undefined;

  /** The answers to requests that may be sent again. */
  readonly answers = new AnswerTable(this);

  private readonly migrations: Migration[] = [CreateServicesState1790000000000, CreateFirstAnswers1790000600000];
  private readonly path: string;
  private readonly writer: ServicesWriter;
  private writing?: OpenDatabase;
  private reading?: OpenDatabase;

  private readonly largestId = this.write<{ largest_id: string }, []>('SELECT largest_id FROM services_state');
  private readonly raiseLargestId = this.write<never, [string, string]>(
    'UPDATE services_state SET largest_id = ? WHERE largest_id < ?',
  );

  constructor(
    private readonly config: Config,
    private readonly ids: IdSource,
    private readonly disk: Disk,
  ) {
    this.path = join(config.dataDir, SERVICES_FILE);
    const writing = (): Connection => this.connection(this.writing);
    this.writer = new ServicesWriter(
      {
        exec: (sql) => writing().exec(sql),
        get inTransaction() {
          return writing().inTransaction;
        },
        beforeCommit: () => this.raiseLargestId.run(ids.largest, ids.largest),
      },
      this.answers,
      (error) => this.onFatal(error),
    );
  }

  get refusals(): Refusals {
    return this.writer.refusals;
  }

  /** Registers a service's tables; called by repositories while the application is put together, before {@link open}. */
  define(...migrations: Migration[]): void {
    this.migrations.push(...migrations);
  }

  /** Opens the file, brings its tables up to date, and makes new ids larger than all that it ever held. */
  async open(): Promise<void> {
    const { setting, answer } = SYNCHRONOUS[this.config.durability];
    const session = ['journal_mode = WAL', `synchronous = ${setting}`, 'temp_store = MEMORY'];
    try {
      // Before SQLite opens it: a process that closes a file gives up its locks on it, whoever holds them.
      await this.disk.settle(`${this.path}-wal`);
      this.writing = await openDatabase({ path: this.path, session, migrations: this.migrations });
      this.assertPragma('journal_mode', 'wal');
      this.assertPragma('synchronous', answer);
      await this.writing.source.runMigrations({ transaction: 'all' });
      this.reading = await openDatabase({ path: this.path, session, readOnly: true });
    } catch (error) {
      if (!isDamage(error)) throw error;
      throw new StartError(`${this.path} is damaged (${(error as Error).message}); put a backup in its place`);
    }
    this.ids.seed(this.largestId.get()?.largest_id ?? '');
  }

  /** See {@link ServicesWriter.change}; inside it use {@link write} statements, which see the change's own results. */
  change<T>(decide: (announce: Announce) => T): Promise<T> {
    return this.writer.change(decide);
  }

  /** A statement for use inside a change. */
  write<Row = unknown, P extends Parameters = Parameters>(sql: string): Statement<Row, P> {
    return statementOn(() => this.connection(this.writing), sql);
  }

  /** A statement for requests; it sees what is committed. */
  read<Row = unknown, P extends Parameters = Parameters>(sql: string): Statement<Row, P> {
    return statementOn(() => this.connection(this.reading), sql);
  }

  /** Waits for what is under way, and closes the file. */
  async close(): Promise<void> {
    await this.writer.idle();
    if (this.reading?.source.isInitialized) await this.reading.source.destroy();
    if (this.writing?.source.isInitialized) await this.writing.source.destroy();
    this.reading = this.writing = undefined;
  }

  private assertPragma(name: string, expected: string | number): void {
    const actual: unknown = this.connection(this.writing).pragma(name, { simple: true });
    if (actual === expected) return;
    throw new StartError(`${this.path}: ${name} is ${String(actual)} instead of ${expected}; is this a local disk?`);
  }

  private connection(open: OpenDatabase | undefined): Connection {
    if (!open) throw new Error(`${SERVICES_FILE} is not open`);
    return open.connection;
  }
}
