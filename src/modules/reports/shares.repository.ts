import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import { decodeNumberCursor, encodeCursor } from '../../common/storage/cursor.js';
import { Page, takePage } from '../../common/storage/page.js';
import { ServicesDatabase } from '../../common/storage/services-database.js';
import { RENDERER_VERSION } from './rendering.js';
import type { ShareLink } from './share.entity.js';

type LinkRow = ShareLink & { seq: number };

interface KnownLink {
  revoked: 0 | 1;
  reportId: string;
}

/** What a shared page shows. */
export interface SharedReport {
  reportId: string;
  /** The report's JSON without its content. */
  head: string;
  expiresAt: string | null;
  revoked: 0 | 1;
  excerpt: string | null;
  html: string | null;
  /** The Markdown itself, where there is no `html` to show. */
  content: string | null;
}

const COLUMNS = `seq, link_id AS linkId, report_id AS reportId, created_at AS createdAt, created_by AS createdBy,
  expires_at AS expiresAt, label, revoked, access_count AS accessCount`;

/** Share links in `services.sqlite`. */
@Injectable()
export class SharesRepository implements OnModuleDestroy {
  private readonly changes = new Subject<string>();

  private readonly reportOf = this.database.write<{ id: string }, [string]>('SELECT id FROM reports WHERE id = ?');
  private readonly insert = this.database.write(
    `INSERT INTO share_links (link_id, report_id, created_at, created_by, expires_at, label, revoked, access_count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  private readonly any = this.database.write<{ seq: number }, []>('SELECT seq FROM share_links LIMIT 1');
  private readonly revokedOf = this.database.write<KnownLink, [string]>(
    'SELECT revoked, report_id AS reportId FROM share_links WHERE link_id = ?',
  );
  private readonly setRevoked = this.database.write('UPDATE share_links SET revoked = 1 WHERE link_id = ?');

  private readonly readableReport = this.database.read<{ id: string }, [string]>('SELECT id FROM reports WHERE id = ?');
  private readonly known = this.database.read<{ seq: number }, [string]>(
    'SELECT seq FROM share_links WHERE link_id = ?',
  );
  private readonly ofReport = this.database.read<LinkRow, [reportId: string, before: number, limit: number]>(
    `SELECT ${COLUMNS} FROM share_links WHERE report_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
  );
  private readonly sharedReport = this.database.read<SharedReport, [linkId: string]>(
    `SELECT r.id AS reportId, r.head, l.expires_at AS expiresAt, l.revoked, p.excerpt, p.html,
       CASE WHEN p.html IS NULL THEN r.content END AS content
     FROM share_links l JOIN reports r ON r.id = l.report_id
     LEFT JOIN report_renderings p ON p.report_id = r.id AND p.renderer = ${RENDERER_VERSION}
     WHERE l.link_id = ?`,
  );

  constructor(private readonly database: ServicesDatabase) {}

  onModuleDestroy(): void {
    this.changes.complete();
  }

  /** The id of each report that got a link or lost one, once that is durable. */
  get changes$(): Observable<string> {
    return this.changes.asObservable();
  }

  /** Stores the link that `make` gives when its turn comes, then answers; `orElse` throws where there is no such report. */
  create<A>(make: () => ShareLink, answer: A, orElse: () => never): Promise<A> {
    return this.database.change((announce) => {
      const link = make();
      if (!this.adopt(link)) orElse();
      announce(() => this.changes.next(link.reportId));
      return answer;
    });
  }

  /** Stores a link within a change; links are newest first in the order in which they are stored. */
  put({ linkId, reportId, createdAt, createdBy, expiresAt, label, revoked, accessCount }: ShareLink): void {
    this.insert.run(linkId, reportId, createdAt, createdBy, expiresAt, label, revoked, accessCount);
  }

  /** Stores a link of the past within a change; false when its report is not there. */
  adopt(link: ShareLink): boolean {
    if (!this.reportOf.get(link.reportId)) return false;
    this.put(link);
    return true;
  }

  get isEmpty(): boolean {
    return this.any.get() === undefined;
  }

  /** Revokes what `check` lets pass; it is told what is known of the link, gives it back, or throws where it cannot be revoked. */
  revoke(linkId: string, check: (known: KnownLink | undefined) => KnownLink): Promise<void> {
    return this.database.change((announce) => {
      const { reportId } = check(this.revokedOf.get(linkId));
      this.setRevoked.run(linkId);
      announce(() => this.changes.next(reportId));
    });
  }

  hasReport(id: string): boolean {
    return this.readableReport.get(id) !== undefined;
  }

  has(linkId: string): boolean {
    return this.known.get(linkId) !== undefined;
  }

  /** A report's links, newest first. */
  list(reportId: string, cursor: string | undefined, limit: number): Page {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeNumberCursor(cursor);
    return takePage(
      this.ofReport.iterate(reportId, before, limit + 1),
      limit,
      (row) => JSON.stringify({ ...row, seq: undefined }),
      ({ seq }) => encodeCursor(String(seq)),
    );
  }

  /** What stands behind a link, whether or not it may still be shown. */
  reportBehind(linkId: string): SharedReport | undefined {
    return this.sharedReport.get(linkId);
  }
}
