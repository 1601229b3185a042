import { Injectable, Logger, OnModuleDestroy } from '@nestjs/common';
import { Lifecycle } from '../../common/http/lifecycle.js';
import { RegistryService } from '../registry/registry.service.js';
import { ClaimsService } from './claims.service.js';
import { LeaseClock } from './lease-clock.js';

/** How late the end of a lease may be noticed. */
const SWEEP_MS = 500;

/** Ends the leases whose time is up, and those of work on VMs that are gone. */
@Injectable()
export class LeaseKeeper implements OnModuleDestroy {
  private readonly logger = new Logger('board');
  private sweeping?: NodeJS.Timeout;

  constructor(
    private readonly claims: ClaimsService,
    private readonly leases: LeaseClock,
    registry: RegistryService,
    lifecycle: Lifecycle,
  ) {
    registry.gone$.subscribe((id) => void this.attempt(() => this.claims.releaseVm(id)));
    lifecycle.whenStarted(() => {
      this.claims.resumeLeases();
      this.sweeping = setInterval(() => void this.sweep(), SWEEP_MS).unref();
    });
  }

  onModuleDestroy(): void {
    clearInterval(this.sweeping);
  }

  /** Ends what is overdue now. */
  async sweep(): Promise<void> {
    const overdue = this.leases.overdue();
    if (overdue.length > 0) await this.attempt(() => this.claims.expire(overdue));
  }

  /** What the disk refuses is tried again by the next sweep: also the lease of a VM that is gone ends some time. */
  private async attempt(act: () => Promise<void>): Promise<void> {
    await act().catch((error: unknown) => this.logger.warn({ msg: 'leases could not be ended', err: error }));
  }
}
