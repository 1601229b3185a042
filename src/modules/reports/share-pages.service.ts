import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { notFound } from '../../common/errors/domain-error.js';
import { Answer } from '../../common/http/answer.js';
import { Pages } from '../../common/pages/pages.js';
import { AccessLog, Visitor } from './access-log.js';
import { previewImage } from './preview-image.js';
import type { ReportHead } from './report.entity.js';
import { SHARE_HEADERS } from './share-headers.js';
import { SharedReport, SharesRepository } from './shares.repository.js';

const SVG_TYPE = 'image/svg+xml; charset=utf-8';
/** Previews are shown by other sites. */
const IMAGE_HEADERS = { ...SHARE_HEADERS, 'Cross-Origin-Resource-Policy': 'cross-origin' };
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** What anyone with a link sees of a report. */
@Injectable()
export class SharePagesService {
  constructor(
    private readonly repository: SharesRepository,
    private readonly accesses: AccessLog,
    private readonly pages: Pages,
    private readonly clock: Clock,
  ) {}

  /** The page; a visitor of whom nothing is given is not logged. */
  page(linkId: string, url: string, visitor: Visitor | undefined): Answer {
    const { head, ...shown } = this.open(linkId);
    if (visitor) this.accesses.note(linkId, visitor);
    return this.pages.page('share', { ...shown, ...described(head), url }, SHARE_HEADERS);
  }

  image(linkId: string): Answer {
    const { head } = this.open(linkId);
    return new Answer(previewImage(described(head)), SVG_TYPE, IMAGE_HEADERS);
  }

  private open(linkId: string): SharedReport {
    const shared = this.repository.reportBehind(linkId);
    const isOpen = shared && !shared.revoked && (shared.expiresAt ?? '9') > this.clock.timestamp();
    if (!isOpen) throw notFound('there is no report behind this link');
    return shared;
  }
}

function described(head: string): ReportHead & { day: string } {
  const report = JSON.parse(head) as ReportHead;
  return { ...report, day: DAY.format(new Date(report.createdAt)) };
}
