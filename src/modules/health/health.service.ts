import { Injectable } from '@nestjs/common';
import { unavailable } from '../../common/errors/domain-error.js';
import { Lifecycle } from '../../common/http/lifecycle.js';
import { StorageHealth } from '../../common/storage/storage-health.js';
import type { Health, Readiness } from './health.entity.js';

/** What the server knows of its own state. */
@Injectable()
export class HealthService {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly storage: StorageHealth,
  ) {}

  health(): Health {
    return { status: 'ok', uptime: process.uptime() };
  }

  /** @throws DomainError `unavailable` while starting or shutting down, and when the disk refuses writes */
  async readiness(): Promise<Readiness> {
    if (this.lifecycle.isStopping) throw unavailable('not ready: the server is shutting down');
    if (!this.lifecycle.isRunning) throw unavailable('not ready: the server is starting');
    if (!(await this.storage.isWritable())) throw unavailable('not ready: the disk refuses writes');
    return { status: 'ready' };
  }
}
