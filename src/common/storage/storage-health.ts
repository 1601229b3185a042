import { Injectable } from '@nestjs/common';
import { DiskProbe } from './disk-probe.js';
import { DuckFiles } from './duckdb-files.js';
import { RecordLogs } from './record-logs.js';
import { ServicesDatabase } from './services-database.js';

/** How long a refused write counts although the disk seems to take data again. */
const REFUSAL_COUNTS_MS = 10_000;

/** Whether everything can be written. */
@Injectable()
export class StorageHealth {
  constructor(
    private readonly probe: DiskProbe,
    private readonly logs: RecordLogs,
    private readonly services: ServicesDatabase,
    private readonly duckFiles: DuckFiles,
  ) {}

  /** True while the disk takes data and no writer was refused just now. */
  async isWritable(): Promise<boolean> {
    const refusals = [this.logs.refusals, this.services.refusals, ...this.duckFiles.refusals];
    if (refusals.some(({ millisSince }) => millisSince < REFUSAL_COUNTS_MS)) return false;
    return (await this.probe.failure()) === undefined;
  }
}
