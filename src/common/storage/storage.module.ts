import { Global, Module } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Config } from '../config/config.js';
import { Disk } from './disk.js';
import { DuckFiles } from './duckdb-files.js';
import { IdSource } from './id-source.js';
import { RecordLogs } from './record-logs.js';

/**
 * Time, ids, the disk, and over them the record logs and the DuckDB files, which {@link RecordLogs.start} and
 * {@link DuckFiles.start} open once everything is defined.
 */
@Global()
@Module({
  providers: [
    Clock,
    Disk,
    DuckFiles,
    IdSource,
    {
      provide: RecordLogs,
      inject: [Config, Disk, IdSource, Clock],
      useFactory: (config: Config, disk: Disk, ids: IdSource, clock: Clock) => RecordLogs.own(config, disk, ids, clock),
    },
  ],
  exports: [Clock, Disk, DuckFiles, IdSource, RecordLogs],
})
export class StorageModule {}
