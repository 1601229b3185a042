import { Injectable } from '@nestjs/common';
import { merge, Observable } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { DomainError, notFound } from '../../common/errors/domain-error.js';
import { Secrets } from '../../common/secrets.js';
import type { Page } from '../../common/storage/page.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import type { PageQuery } from '../../common/validation/time-range.dto.js';
import { AccessLog } from './access-log.js';
import { unknownReport } from './reports.service.js';
import type { SharedLink, ShareLink } from './share.entity.js';
import type { ShareReport } from './shares.dto.js';
import { SharesRepository } from './shares.repository.js';

const DEFAULT_CREATOR = 'admin';
export const SHARE_PATH = '/reports/share';

/** Links under which anyone can read a report. */
@Injectable()
export class SharesService {
  /** The id of each report of which a link came, went or was used, once that is durable. */
  readonly changes$: Observable<string>;

  constructor(
    private readonly repository: SharesRepository,
    private readonly accesses: AccessLog,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {
    this.changes$ = merge(repository.changes$, accesses.counted$);
  }

  /** Makes a link to the server at `origin`. */
  share(reportId: string, { createdBy, expiresAt, label }: ShareReport, origin: string): Promise<SharedLink> {
    const linkId = this.secrets.next();
    const answer = { linkId, url: `${origin}${SHARE_PATH}/${linkId}` };
    const make = (): ShareLink => ({
      linkId,
      reportId,
      createdAt: this.clock.timestamp(),
      createdBy: createdBy ?? DEFAULT_CREATOR,
      expiresAt: expiresAt ?? null,
      label: label || null,
      revoked: 0,
      accessCount: 0,
    });
    return this.repository.create(make, answer, unknownReport);
  }

  async list(reportId: string, { cursor, limit = PAGE_MAX_ITEMS }: PageQuery): Promise<Page> {
    await this.accesses.flush();
    return this.repository.hasReport(reportId) ? this.repository.list(reportId, cursor, limit) : unknownReport();
  }

  async revoke(linkId: string): Promise<{ revoked: true }> {
    await this.repository.revoke(linkId, (known = unknownLink()) => {
      if (known.revoked) throw new DomainError('invalid_input', 'link already revoked');
      return known;
    });
    return { revoked: true };
  }

  async log(linkId: string, { cursor, limit = PAGE_MAX_ITEMS }: PageQuery): Promise<Page> {
    await this.accesses.flush();
    return this.repository.has(linkId) ? this.accesses.list(linkId, cursor, limit) : unknownLink();
  }
}

function unknownLink(): never {
  throw notFound('share link not found');
}
