import { Global, Module } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Config } from '../config/config.js';
import { Disk } from './disk.js';
import { IdSource } from './id-source.js';
import { RecordLogs } from './record-logs.js';

/** Time, ids, the disk, and the record logs over them. {@link RecordLogs.start} opens them once everything is defined. */
@Global()
@Module({
  providers: [
    Clock,
    Disk,
    IdSource,
    {
      provide: RecordLogs,
      inject: [Config, Disk, IdSource, Clock],
      useFactory: (config: Config, disk: Disk, ids: IdSource, clock: Clock) => RecordLogs.own(config, disk, ids, clock),
    },
  ],
  exports: [Clock, Disk, IdSource, RecordLogs],
})
export class StorageModule {}
