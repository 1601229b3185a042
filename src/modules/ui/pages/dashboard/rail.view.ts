import { Injectable } from '@nestjs/common';
import type { FeedEvent } from '../../../feed/event.entity.js';
import { FeedService } from '../../../feed/feed.service.js';
import { RegistryService } from '../../../registry/registry.service.js';
import type { Vm, VmStates } from '../../../registry/vm.entity.js';
import type { ReportHead } from '../../../reports/report.entity.js';
import { ReportsService } from '../../../reports/reports.service.js';
import { records } from '../../frame/records.js';

const EVENTS = 16;
const VMS = 12;
const REPORTS = 10;
/** Those that somebody has to look after come first. */
const STATES: (keyof VmStates)[] = ['stale', 'alive', 'paused', 'stopped'];

/** What is beside the board: the newest events, the machines, the newest reports. */
@Injectable()
export class RailView {
  constructor(
    private readonly feed: FeedService,
    private readonly registry: RegistryService,
    private readonly reports: ReportsService,
  ) {}

  events(): { events: FeedEvent[] } {
    return { events: records<FeedEvent>(this.feed.list({ limit: EVENTS })).items.reverse() };
  }

  /** The machines that were registered last. */
  agents(): { counts: VmStates; vms: (Vm & { state: keyof VmStates })[] } {
    const { items } = records<Vm>(this.registry.list({ limit: VMS }));
    const vms = items.map((vm) => ({ ...vm, state: this.registry.stateOf(vm) }));
    return {
      counts: this.registry.counts(),
      vms: vms.sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || a.name.localeCompare(b.name)),
    };
  }

  newestReports(): { reports: ReportHead[] } {
    return { reports: records<ReportHead>(this.reports.list({ limit: REPORTS })).items };
  }
}
