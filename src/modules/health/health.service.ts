import { Injectable } from '@nestjs/common';
import { join } from 'node:path';
import { Config } from '../../common/config/config.js';
import { unavailable } from '../../common/errors/domain-error.js';
import { Lifecycle } from '../../common/http/lifecycle.js';
import { Disk } from '../../common/storage/disk.js';
import { RecordLogs } from '../../common/storage/record-logs.js';
import type { Health, Readiness } from './health.entity.js';

const PROBE_FILE = 'probe.tmp';
const PROBE_BYTES = 4096;
const PROBE_EVERY_MS = 1000;
/** How long a refused write counts although the disk seems to take data again. */
const REFUSAL_COUNTS_MS = 10_000;

/** What the server knows of its own state. */
@Injectable()
export class HealthService {
  private probe?: { at: number; outcome: Promise<unknown> };

  constructor(
    private readonly config: Config,
    private readonly lifecycle: Lifecycle,
    private readonly disk: Disk,
    private readonly logs: RecordLogs,
  ) {}

  health(): Health {
    return { status: 'ok', uptime: process.uptime() };
  }

  /** @throws DomainError `unavailable` while starting or shutting down, and when the disk refuses writes */
  async readiness(): Promise<Readiness> {
    if (this.lifecycle.isStopping) throw unavailable('not ready: the server is shutting down');
    if (!this.lifecycle.isRunning) throw unavailable('not ready: the server is starting');
    if (this.logs.millisSinceRefusal() < REFUSAL_COUNTS_MS) throw unavailable('not ready: the disk refuses writes');
    const failure = await this.probeDisk();
    if (failure !== undefined) throw unavailable('not ready: the disk refuses writes', failure);
    return { status: 'ready' };
  }

  /** Really writes, but at most once a second, however many ask. */
  private probeDisk(): Promise<unknown> {
    const now = performance.now();
    if (!this.probe || now - this.probe.at > PROBE_EVERY_MS) {
      this.probe = { at: now, outcome: this.writeProbe().catch((error: unknown) => error) };
    }
    return this.probe.outcome;
  }

  private async writeProbe(): Promise<void> {
    const path = join(this.config.dataDir, PROBE_FILE);
    const file = await this.disk.open(path);
    try {
      await file.write(Buffer.alloc(PROBE_BYTES), 0);
      await file.sync();
    } finally {
      await file.close();
      await this.disk.remove(path);
    }
  }
}
