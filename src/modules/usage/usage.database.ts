import { Injectable } from '@nestjs/common';
import type { DuckDBValue } from '@duckdb/node-api';
import { DuckFiles } from '../../common/storage/duckdb-files.js';
import type { Apply } from '../../common/storage/duckdb-writer.js';
import { USAGE_MIGRATIONS } from './usage.migrations.js';

/** `usage.duckdb`, which holds the sessions and the VM records. */
@Injectable()
export class UsageDatabase {
  private readonly database = this.files.define({
    file: 'usage.duckdb',
    migrations: USAGE_MIGRATIONS,
    idTables: ['usage_sessions', 'usage_vms'],
  });

  constructor(private readonly files: DuckFiles) {}

  /** Grows with each change, before that is answered. */
  get version(): number {
    return this.database.version;
  }

  read<Row>(sql: string, values?: DuckDBValue[]): Promise<Row[]> {
    return this.database.read<Row>(sql, values);
  }

  write<I, R>(apply: Apply<I, R>, item: I): Promise<R> {
    return this.database.write(apply, item);
  }
}
