import { Injectable, Logger } from '@nestjs/common';
import type { Html } from '../../../../common/pages/html.js';
import { CardsService } from '../../../board/cards.service.js';
import { TASK_STATUSES } from '../../../board/task.entity.js';
import { CostToday } from '../../gauges/cost-today.js';
import { EventRate } from '../../gauges/event-rate.js';
import { Trends } from '../../gauges/trends.js';
import { dollars, whole } from '../../kit/formats.js';
import { type IconName } from '../../kit/icons.js';
import { sparkline } from '../../kit/sparkline.js';
import { STATUS_NAMES } from '../../kit/ui-kit.js';

/** One number with its trend. */
interface Tile {
  kind: IconName | 'events' | 'cost' | 'attention';
  name: string;
  value: string;
  /** What else there is to say, in a few words. */
  note?: string;
  /** Where there is more. */
  path: string;
  trend: Html;
}

const LAST_QUARTER = 'over the last 15 minutes';

/** The numbers that matter. */
@Injectable()
export class NumbersView {
  private readonly logger = new Logger('ui');

  constructor(
    private readonly trends: Trends,
    private readonly events: EventRate,
    private readonly cost: CostToday,
    private readonly cards: CardsService,
  ) {}

  async load(): Promise<{ tiles: Tile[] }> {
    const now = this.trends.now();
    const { held, stuck, dead } = this.cards.attention();
    const tasks = TASK_STATUSES.filter((status) => status !== 'done').map((status): Tile => ({
      kind: status,
      name: STATUS_NAMES[status],
      value: whole(now[status]),
      note: status === 'in_progress' && held > 0 ? `${whole(held)} held` : undefined,
      path: status === 'in_review' ? '/ui/review' : `/ui/tasks?status=${status}`,
      trend: sparkline(this.trends.of(status), `${STATUS_NAMES[status]} ${LAST_QUARTER}`),
    }));
    const attention: Tile = {
      kind: 'attention',
      name: 'Need a look',
      value: whole(stuck + dead),
      note: [stuck > 0 && `${whole(stuck)} stuck`, dead > 0 && `${whole(dead)} dead`].filter(Boolean).join(', '),
      path: `/ui/claims?show=${stuck === 0 && dead > 0 ? 'dead' : 'stuck'}`,
      trend: sparkline([], ''),
    };
    const alive: Tile = {
      kind: 'alive',
      name: 'Agents alive',
      value: whole(now.alive),
      note: now.stale > 0 ? `${whole(now.stale)} stale` : undefined,
      path: '/ui/fleet',
      trend: sparkline(this.trends.of('alive'), `Agents alive ${LAST_QUARTER}`),
    };
    const events: Tile = {
      kind: 'events',
      name: 'Events a minute',
      value: whole(this.events.perMinute()),
      path: '/ui/feed',
      trend: sparkline(this.events.trend(), `Events ${LAST_QUARTER}`),
    };
    return { tiles: [...tasks, attention, alive, events, await this.costTile()] };
  }

  /** The rest of the page does not depend on the sums. */
  private async costTile(): Promise<Tile> {
    const tile = { kind: 'cost', name: 'Cost today', note: 'UTC', path: '/ui/usage' } as const;
    try {
      const { dollars: value, trend } = await this.cost.read();
      return { ...tile, value: dollars(value), trend: sparkline(trend, 'Cost by hour over the last day') };
    } catch (error) {
      this.logger.warn({ err: error, msg: 'the cost of today cannot be read' });
      return { ...tile, value: '–', trend: sparkline([], '') };
    }
  }
}
