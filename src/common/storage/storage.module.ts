import { Global, Module } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Config } from '../config/config.js';
import { Secrets } from '../secrets.js';
import { Disk } from './disk.js';
import { DiskProbe } from './disk-probe.js';
import { DuckFiles } from './duckdb-files.js';
import { IdSource } from './id-source.js';
import { KeptAnswers } from './kept-answers.js';
import { RecordLogs } from './record-logs.js';
import { ServicesDatabase } from './services-database.js';
import { StorageHealth } from './storage-health.js';

/**
 * Time, ids, secrets, the disk, and what keeps data on it. {@link RecordLogs.start}, {@link ServicesDatabase.open} and
 * {@link DuckFiles.start} open the files once everything is defined.
 */
@Global()
@Module({
  providers: [
    Clock,
    Disk,
    DiskProbe,
    DuckFiles,
    IdSource,
    KeptAnswers,
    Secrets,
    ServicesDatabase,
    StorageHealth,
    {
      provide: RecordLogs,
      inject: [Config, Disk, IdSource, Clock],
      useFactory: (config: Config, disk: Disk, ids: IdSource, clock: Clock) => RecordLogs.own(config, disk, ids, clock),
    },
  ],
  exports: [Clock, Disk, DuckFiles, IdSource, KeptAnswers, RecordLogs, Secrets, ServicesDatabase, StorageHealth],
})
export class StorageModule {}
