import { Injectable } from '@nestjs/common';
import { OmitType } from '@nestjs/swagger';
import { Clock } from '../../../../common/clock.js';
import type { UsageSession } from '../../../usage/usage-session.entity.js';
import { USAGE_VM_ROLES, type UsageVm } from '../../../usage/usage-vm.entity.js';
import { ListSessions, ListUsageVms } from '../../../usage/usage.dto.js';
import { UsageService } from '../../../usage/usage.service.js';
import type { ExportedList } from '../../exports/exports.js';
import { records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';
import { rangesFor } from './usage-ranges.js';

const PAGE_ITEMS = 50;
const SESSION_COLUMNS = [
  ...['id', 'sessionId', 'agent', 'parentAgent', 'model'],
  ...['tokens.input', 'tokens.output', 'tokens.cacheRead', 'tokens.cacheWrite', 'tokens.total'],
  ...['cost.input', 'cost.output', 'cost.cacheRead', 'cost.cacheWrite', 'cost.total'],
  ...['turns', 'toolCalls', 'startedAt', 'endedAt', 'recordedAt'],
];
const VM_COLUMNS = [
  'id',
  'vmId',
  'role',
  'agent',
  'commitId',
  'createdAt',
  'destroyedAt',
  'recordedAt',
] satisfies (keyof UsageVm)[];

export class SessionsQuery extends OmitType(ListSessions, ['limit'] as const) {}
export class UsageVmsQuery extends OmitType(ListUsageVms, ['limit'] as const) {}

/** Every session and every VM that was recorded, latest first. */
@Injectable()
export class UsageListsView {
  constructor(
    private readonly usage: UsageService,
    private readonly clock: Clock,
  ) {}

  sessions(query: SessionsQuery): UiPage {
    return {
      template: 'usage-sessions',
      title: 'Sessions · Usage',
      data: { query, ranges: rangesFor(query.range), all: query.range === undefined },
      parts: { list: { live: ['usage'], load: () => this.latestSessions(query, PAGE_ITEMS) } },
    };
  }

  vms(query: UsageVmsQuery): UiPage {
    return {
      template: 'usage-vms',
      title: 'VMs · Usage',
      data: { query, roles: USAGE_VM_ROLES, ranges: rangesFor(query.range), all: query.range === undefined },
      parts: { list: { live: ['usage'], load: () => this.latestVms(query, PAGE_ITEMS) } },
    };
  }

  exportedSessions(query: SessionsQuery): ExportedList {
    return {
      name: 'usage-sessions',
      columns: SESSION_COLUMNS,
      page: (at) => this.usage.listSessions({ ...query, ...at }),
    };
  }

  exportedVms(query: UsageVmsQuery): ExportedList {
    return { name: 'usage-vms', columns: VM_COLUMNS, page: (at) => this.usage.listVms({ ...query, ...at }) };
  }

  /** For `usage/sessions.eta`. */
  async latestSessions(query: SessionsQuery, limit: number): Promise<object> {
    const { items, nextCursor } = records<UsageSession>(await this.usage.listSessions({ ...query, limit }));
    const sessions = items.map((session) => ({
      ...session,
      tools: callsOf(session.toolCalls),
      took: Date.parse(session.endedAt) - Date.parse(session.startedAt),
    }));
    return { sessions, nextCursor };
  }

  /** For `usage/vms.eta`. */
  async latestVms(query: UsageVmsQuery, limit: number): Promise<object> {
    const { items, nextCursor } = records<UsageVm>(await this.usage.listVms({ ...query, limit }));
    const vms = items.map((vm) => ({
      ...vm,
      lived: (vm.destroyedAt === undefined ? this.clock.now() : Date.parse(vm.destroyedAt)) - Date.parse(vm.createdAt),
    }));
    return { vms, nextCursor };
  }
}

/** How many calls there were, and of what most. */
function callsOf(toolCalls: UsageSession['toolCalls']): { count: number; most: string } {
  if (typeof toolCalls === 'number') return { count: toolCalls, most: '' };
  const calls = Object.entries(toolCalls).sort(([, a], [, b]) => b - a);
  return {
    count: calls.reduce((sum, [, count]) => sum + count, 0),
    most: calls
      .slice(0, 8)
      .map(([tool, count]) => `${tool.slice(0, 40)} ${count}`)
      .join(', '),
  };
}
