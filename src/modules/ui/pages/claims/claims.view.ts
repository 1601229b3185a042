import { Injectable } from '@nestjs/common';
import { OneOf } from '../../../../common/validation/fields.js';
import { PageQuery } from '../../../../common/validation/time-range.dto.js';
import type { Page } from '../../../../common/storage/page.js';
import { CardsService } from '../../../board/cards.service.js';
import { ClaimsService } from '../../../board/claims.service.js';
import type { HeldLease } from '../../../board/lease.entity.js';
import type { Task } from '../../../board/task.entity.js';
import type { ExportedList } from '../../exports/exports.js';
import { records } from '../../frame/records.js';
import type { UiPage, UiPart } from '../../frame/ui-page.js';
import { TASK_COLUMNS } from '../tasks/tasks.view.js';

const PAGE_ITEMS = 50;
const SHOWN = ['held', 'stuck', 'dead', 'ready'] as const;
type Shown = (typeof SHOWN)[number];

const LEASE_COLUMNS = [
  ...['agent', 'session', 'vmId', 'task', 'title', 'fence', 'claimedAt', 'progressAt', 'expiresAt'],
  ...['leaseSeconds', 'stuck'],
] as (keyof HeldLease)[];

export class ClaimsQuery extends PageQuery {
  /** What is listed; what is held when not given. */
  @OneOf(SHOWN, 'ClaimsShown', { optional: true })
  show?: Shown;
}

/** Who holds which task, what nobody gets on with, and what comes next. */
@Injectable()
export class ClaimsView {
  constructor(
    private readonly cards: CardsService,
    private readonly claims: ClaimsService,
  ) {}

  page(query: ClaimsQuery): UiPage {
    const { show = 'held' } = query;
    return {
      template: 'claims',
      title: 'Claims',
      data: { query, show },
      parts: {
        choices: { live: ['board'], load: () => this.choices(show) },
        list: this.list(show, query),
      },
    };
  }

  export({ show = 'held' }: ClaimsQuery): ExportedList {
    const columns = isOfLeases(show) ? LEASE_COLUMNS : TASK_COLUMNS;
    return { name: `claims-${show}`, columns, page: (at) => this.read(show, at) };
  }

  private list(show: Shown, { cursor }: ClaimsQuery): UiPart {
    const page = (): Page => this.read(show, { cursor, limit: PAGE_ITEMS });
    return isOfLeases(show)
      ? { live: ['board'], template: 'claims/leases', load: () => records<HeldLease>(page()) }
      : { live: ['board'], template: 'claims/tasks', load: () => records<Task>(page()) };
  }

  private read(show: Shown, at: { cursor?: string; limit: number }): Page {
    if (show === 'held') return this.claims.list(at);
    if (show === 'dead') return this.claims.deadLetters(at);
    if (show === 'ready') return this.claims.readyQueue(at);
    const stuck = this.cards.leasesNow().filter((lease) => lease.stuck);
    return { items: stuck.slice(0, at.limit).map((lease) => JSON.stringify(lease)) };
  }

  private choices(show: Shown): object {
    const { held, stuck, dead } = this.cards.attention();
    const choices: [Shown, string, number?][] = [
      ['held', 'Held', held],
      ['stuck', 'Stuck', stuck],
      ['dead', 'Dead letters', dead],
      ['ready', 'Ready'],
    ];
    return {
      choices: choices.map(([key, name, count]) => ({ key, name, count, isCurrent: key === show })),
    };
  }
}

function isOfLeases(show: Shown): boolean {
  return show === 'held' || show === 'stuck';
}
