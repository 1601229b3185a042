import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { defined } from '../../common/defined.js';
import { conflict, notFound } from '../../common/errors/domain-error.js';
import { type Caller, checkOwn } from '../../common/http/caller.js';
import type { Page } from '../../common/storage/page.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import type { PageQuery } from '../../common/validation/time-range.dto.js';
import type { ListVms, RegisterVm, UpdateVm } from './registry.dto.js';
import { RegistryRepository } from './registry.repository.js';
import type { Heartbeat, Vm, VmStates } from './vm.entity.js';

/** A VM that was not heard of for so long counts as gone. */
const STALE_MS = 5 * 60_000;
/** A heartbeat this close to staleness reaches the index before it is answered, well above how long others may wait. */
const NEARLY_STALE_MS = STALE_MS - 10_000;

/** A clock that goes back by more than this has been set. */
const CLOCK_STEP_MS = 1000;

/** Who is there: VMs, what they are for, where they are reached, and when they were last heard of. */
@Injectable()
export class RegistryService implements OnModuleDestroy {
  /** The id of each VM that was changed, once the change is durable. */
  readonly changes$: Observable<string>;
  /** The id of each VM that was stopped or deregistered, once that is durable. */
  readonly gone$: Observable<string>;
  /** The id of each VM that was heard of. */
  readonly beats$: Observable<string>;

  private readonly beats = new Subject<string>();
  private readonly gone = new Subject<string>();
  /** The latest time that a VM may have been heard of at; what an earlier process saw on its clock is not known. */
  private latestMs = Infinity;

  constructor(
    private readonly repository: RegistryRepository,
    private readonly clock: Clock,
  ) {
    this.changes$ = repository.changes$;
    this.gone$ = this.gone.asObservable();
    this.beats$ = this.beats.asObservable();
  }

  onModuleDestroy(): void {
    this.beats.complete();
    this.gone.complete();
  }

  register({
    id,
    name,
    role,
    address,
    registeredBy,
    status = 'running',
    services,
    metadata,
  }: RegisterVm): Promise<string> {
    return this.repository.change(id, (known) => {
      if (known) throw conflict('VM already registered');
      const now = new Date(this.now()).toISOString();
      const vm = { id, name, role, status, address, services, metadata, registeredBy };
      return { ...vm, registeredAt: now, lastSeen: now };
    });
  }

  get(id: string): string {
    return this.repository.find(id) ?? unknown();
  }

  list({ role, status, cursor, limit = PAGE_MAX_ITEMS }: ListVms): Page {
    const seenSince = status === 'running' ? this.staleBefore() : undefined;
    return this.repository.latest({ role, status, cursor, limit, seenSince });
  }

  /** How many VMs there are by what they are doing; a running one that was not heard of is `stale`. */
  counts(): VmStates {
    return this.repository.counts(this.staleBefore());
  }

  /** What a VM is doing, as {@link counts} counts it. */
  stateOf({ status, lastSeen }: Vm): keyof VmStates {
    if (status !== 'running') return status;
    return lastSeen >= this.staleBefore() ? 'alive' : 'stale';
  }

  /** Those with a role that are running and not stale, oldest registration first. */
  discover(role: string, { cursor, limit = PAGE_MAX_ITEMS }: PageQuery): Page {
    const filter = { role, status: 'running', seenSince: this.staleBefore(), cursor, limit };
    return this.repository.latest({ ...filter, isOldestFirst: true });
  }

  async update(id: string, { name, role, address, status, services, metadata }: UpdateVm): Promise<string> {
    let isGone = false as boolean;
    const vm = await this.repository.change(id, (known = unknown()) => {
      isGone = status === 'stopped' && known.status !== 'stopped';
      const given = defined({ name, role, address, status, services, metadata });
      return { ...known, ...given, lastSeen: new Date(this.now()).toISOString() };
    });
    if (isGone) this.gone.next(id);
    return vm;
  }

  async remove(id: string, caller: Caller): Promise<{ deleted: true }> {
    await this.repository.change(id, (known = unknown()) => {
      checkOwn(caller, known.registeredBy, 'deleting a registration');
      return { id, deleted: true };
    });
    this.gone.next(id);
    return { deleted: true };
  }

  async beat(id: string): Promise<Heartbeat> {
    const stored = this.repository.storedLastSeen(id) ?? unknown();
    const now = this.now();
    const lastSeen = new Date(now).toISOString();
    this.repository.beat(id, lastSeen);
    if (now - Date.parse(stored) > NEARLY_STALE_MS) await this.repository.flushHeartbeats();
    this.beats.next(id);
    return { id, lastSeen };
  }

  private staleBefore(): string {
    return new Date(this.now() - STALE_MS).toISOString();
  }

  /**
   * The clock's time. Where it was set back, VMs that were heard of later than now would stay alive until it is that
   * late again: they count as heard of now.
   */
  private now(): number {
    const now = this.clock.now();
    if (now < this.latestMs - CLOCK_STEP_MS) {
      this.latestMs = now;
      this.repository.limitLastSeen(() => this.clock.timestamp()).catch(() => (this.latestMs = Infinity));
    }
    this.latestMs = Math.max(this.latestMs, now);
    return now;
  }
}

function unknown(): never {
  throw notFound('VM not found');
}
