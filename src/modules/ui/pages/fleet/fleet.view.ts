import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { CardsService } from '../../../board/cards.service.js';
import { ListVms } from '../../../registry/registry.dto.js';
import { RegistryService } from '../../../registry/registry.service.js';
import { type Vm, VM_ROLES, VM_STATUSES } from '../../../registry/vm.entity.js';
import type { ExportedList } from '../../exports/exports.js';
import { records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';

const PAGE_ITEMS = 50;
const COLUMNS = [
  ...['id', 'name', 'role', 'status', 'address', 'services', 'metadata', 'registeredBy', 'registeredAt', 'lastSeen'],
] as (keyof Vm)[];

export class FleetQuery extends PickType(ListVms, ['role', 'status', 'cursor'] as const) {}

/** The machines of the swarm: what they are for, where they are reached, and when they were last heard of. */
@Injectable()
export class FleetView {
  constructor(
    private readonly registry: RegistryService,
    private readonly cards: CardsService,
  ) {}

  page(query: FleetQuery): UiPage {
    return {
      template: 'fleet',
      title: 'Fleet',
      data: { query, roles: VM_ROLES, statuses: VM_STATUSES },
      parts: {
        counts: { live: ['registry', 'heartbeats'], load: () => ({ counts: this.registry.counts() }) },
        list: { live: ['registry', 'heartbeats', 'board'], load: () => this.vms(query) },
      },
    };
  }

  export(query: FleetQuery): ExportedList {
    return { name: 'fleet', columns: COLUMNS, page: (at) => this.registry.list({ ...query, ...at }) };
  }

  private vms(query: FleetQuery): object {
    const { items, nextCursor } = records<Vm>(this.registry.list({ ...query, limit: PAGE_ITEMS }));
    const leases = Map.groupBy(this.cards.leasesNow(), ({ vmId }) => vmId);
    const vms = items.map((vm) => ({ ...vm, state: this.registry.stateOf(vm), leases: leases.get(vm.id) ?? [] }));
    return { vms, nextCursor };
  }
}
