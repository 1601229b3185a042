import { Injectable, Logger } from '@nestjs/common';
import {
  id,
  instant,
  key,
  listOf,
  objectOf,
  optional,
  orElse,
  Read,
  text,
  wholeNumber,
} from '../../common/takeover/legacy-fields.js';
import { identified, Inherited } from '../../common/takeover/legacy-items.js';
import { Takeover } from '../../common/takeover/takeover.js';
import { AccessesRepository } from './accesses.repository.js';
import type { Report } from './report.entity.js';
import { ReportsRepository } from './reports.repository.js';
import type { ShareAccess, ShareLink } from './share.entity.js';
import { SharesRepository } from './shares.repository.js';

const report = objectOf<Omit<Report, 'updatedAt'> & { updatedAt?: string }>({
  id,
  title: text,
  author: text,
  tags: orElse(listOf(text), []),
  createdAt: instant,
  updatedAt: optional(instant),
  content: text,
});

/** SQLite writes times with a space, programs often as milliseconds. */
const columnInstant: Read<string> = (value, place) => {
  if (typeof value !== 'number') return instant(typeof value === 'string' ? value.replace(' ', 'T') : value, place);
  const date = new Date(value);
  return instant(Number.isNaN(date.getTime()) ? value : date.toISOString(), place);
};
const rowId: Read<string> = (value, place) => id(typeof value === 'number' ? String(value) : value, place);
const switched: Read<0 | 1> = (value, place) => (wholeNumber(value, place) === 0 ? 0 : 1);

const link = objectOf<Omit<ShareLink, 'accessCount'> & { accessCount?: number }>({
  linkId: key,
  reportId: key,
  createdAt: columnInstant,
  createdBy: orElse(text, 'admin'),
  expiresAt: orElse<string | null>(columnInstant, null),
  label: orElse<string | null>(text, null),
  revoked: orElse(switched, 0),
  accessCount: optional(wholeNumber),
});

const access = objectOf<ShareAccess>({
  id: rowId,
  linkId: key,
  reportId: orElse(text, ''),
  timestamp: columnInstant,
  ip: orElse<string | null>(text, null),
  userAgent: orElse<string | null>(text, null),
  referrer: orElse<string | null>(text, null),
});

/** `reports.json`, and the links of `reports.db` with their logs. */
@Injectable()
export class ReportsTakeover {
  private readonly logger = new Logger('takeover');
  private readonly counted = new Set<string>();
  private readonly taken = new Set<string>();
  private dead = 0;

  constructor(
    takeover: Takeover,
    private readonly reports: ReportsRepository,
    private readonly shares: SharesRepository,
    private readonly accesses: AccessesRepository,
  ) {
    takeover.intoServices(
      'reports.json',
      { reports: { read: (value, place) => this.report(value, place) } },
      { isEmpty: () => reports.isEmpty },
    );
    takeover.intoServices(
      'reports.db',
      {
        share_links: { read: (value, place) => this.link(value, place), time: 'createdAt' },
        share_access_log: {
          read: (value, place) => this.access(value, place),
          time: 'timestamp',
          mayBeMissing: true,
        },
      },
      { isEmpty: () => shares.isEmpty, afterwards: () => this.finish() },
    );
  }

  private report(value: unknown, place: string): Inherited {
    const known = report(value, place);
    const record = { ...known, updatedAt: known.updatedAt ?? known.createdAt };
    return { ...identified(record), store: () => this.reports.put(record) };
  }

  private link(value: unknown, place: string): Inherited {
    const record = link(value, place);
    const store = (): void => {
      if (!this.shares.adopt({ ...record, accessCount: record.accessCount ?? 0 })) {
        this.dead += 1;
        return;
      }
      this.taken.add(record.linkId);
      if (record.accessCount !== undefined) this.counted.add(record.linkId);
    };
    return { record, keys: { linkId: record.linkId }, ids: [], store };
  }

  private access(value: unknown, place: string): Inherited {
    const record = access(value, place);
    const store = (): void => {
      this.accesses.put(record);
      if (!this.counted.has(record.linkId)) this.accesses.count(record.linkId, 1);
    };
    return { ...identified(record), store };
  }

  /** A link dies with its report; where a predecessor has kept it, it led nowhere. */
  private finish(): void {
    for (const linkId of this.taken) this.accesses.trim(linkId);
    if (this.dead > 0) this.logger.warn(`${this.dead} links of reports that are gone stay in reports.db.imported`);
  }
}
