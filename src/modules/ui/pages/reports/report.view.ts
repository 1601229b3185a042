import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { Clock } from '../../../../common/clock.js';
import { Html } from '../../../../common/pages/html.js';
import { QueryText } from '../../../../common/validation/fields.js';
import { PageQuery } from '../../../../common/validation/time-range.dto.js';
import { ReportsService } from '../../../reports/reports.service.js';
import type { ShareAccess, ShareLink } from '../../../reports/share.entity.js';
import { SharesService } from '../../../reports/shares.service.js';
import { records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';

const LINKS = 25;
const READINGS = 50;

/** A report shows images from elsewhere, and its diagrams in sandboxed frames of ours; nothing of it runs. */
const POLICY = { 'img-src': "'self' data: https:", 'frame-src': "'self'" };

export class ReportQuery extends PickType(PageQuery, ['cursor'] as const) {
  /** The share link whose readings are shown. */
  @QueryText()
  link?: string;
}

/** One report as it was rendered when it was stored, and the links under which others read it. */
@Injectable()
export class ReportView {
  constructor(
    private readonly reports: ReportsService,
    private readonly shares: SharesService,
    private readonly clock: Clock,
  ) {}

  page(id: string, query: ReportQuery): UiPage {
    const { report, html, content } = this.reports.shown(id);
    return {
      template: 'report',
      title: report.title.slice(0, 80),
      // A report does not change: as a part it would be drawn anew, diagrams and all, whenever parts are.
      data: { query, report, html: html === null ? undefined : new Html(html), content },
      parts: {
        links: { live: [`shares:${id}`], load: () => this.links(id, query) },
        readings: { live: [`shares:${id}`], load: () => this.readings(query) },
      },
      policy: POLICY,
      hasSecrets: true,
    };
  }

  private async links(id: string, { cursor, link }: ReportQuery): Promise<object> {
    // The cursor belongs to the readings of one link where one is given.
    const at = link === undefined ? { cursor } : {};
    const { items, nextCursor } = records<ShareLink>(await this.shares.list(id, { ...at, limit: LINKS }));
    const now = this.clock.timestamp();
    return { links: items.map((share) => ({ ...share, state: stateOf(share, now) })), nextCursor };
  }

  private async readings({ link, cursor }: ReportQuery): Promise<object> {
    if (link === undefined) return {};
    const { items, nextCursor } = records<ShareAccess>(await this.shares.log(link, { cursor, limit: READINGS }));
    return { readings: items, nextCursor };
  }
}

function stateOf({ revoked, expiresAt }: ShareLink, now: string): 'revoked' | 'expired' | 'open' {
  if (revoked) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'open';
}
