import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import { decodeNumberCursor, encodeCursor } from '../../common/storage/cursor.js';
import { Page, takePage } from '../../common/storage/page.js';
import { ServicesDatabase } from '../../common/storage/services-database.js';
import type { ShareAccess } from './share.entity.js';

type AccessRow = ShareAccess & { seq: number };

/** How many readings the log of one link holds; the oldest are dropped. */
export const LOG_MAX_ACCESSES = 1000;

/** The access logs of share links, in `services.sqlite`. */
@Injectable()
export class AccessesRepository implements OnModuleDestroy {
  private readonly counted = new Subject<string>();

  private readonly addToCount = this.database.write<{ reportId: string }, [number, string]>(
    'UPDATE share_links SET access_count = access_count + ? WHERE link_id = ? RETURNING report_id AS reportId',
  );
  // A link that is gone meanwhile has no log.
  private readonly insert = this.database.write(
    `INSERT INTO share_accesses (id, link_id, timestamp, ip, user_agent, referrer)
     SELECT ?, link_id, ?, ?, ?, ? FROM share_links WHERE link_id = ?`,
  );
  private readonly dropOldest = this.database.write<never, [string, string, number]>(
    `DELETE FROM share_accesses WHERE link_id = ? AND seq <=
       (SELECT seq FROM share_accesses WHERE link_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
  );

  private readonly ofLink = this.database.read<AccessRow, [linkId: string, before: number, limit: number]>(
    `SELECT a.seq, a.id, a.link_id AS linkId, l.report_id AS reportId, a.timestamp, a.ip, a.user_agent AS userAgent, a.referrer
     FROM share_accesses a JOIN share_links l ON l.link_id = a.link_id
     WHERE a.link_id = ? AND a.seq < ? ORDER BY a.seq DESC LIMIT ?`,
  );

  constructor(private readonly database: ServicesDatabase) {}

  onModuleDestroy(): void {
    this.counted.complete();
  }

  /** The id of each report that was read through a link, once that is counted. */
  get counted$(): Observable<string> {
    return this.counted.asObservable();
  }

  /** Counts readings by link, and logs those of which more is known, in their order. */
  record(counts: ReadonlyMap<string, number>, known: () => Omit<ShareAccess, 'reportId'>[]): Promise<void> {
    return this.database.change((announce) => {
      for (const [linkId, count] of counts) {
        const reportId = this.count(linkId, count);
        if (reportId !== undefined) announce(() => this.counted.next(reportId));
      }
      for (const access of known()) this.put(access);
      for (const linkId of counts.keys()) this.trim(linkId);
    });
  }

  /** Counts readings of a link within a change; gives its report, if there is such a link. */
  count(linkId: string, count: number): string | undefined {
    return this.addToCount.get(count, linkId)?.reportId;
  }

  /** Logs a reading within a change; the caller sees to the link's count and to {@link trim}. */
  put({ id, linkId, timestamp, ip, userAgent, referrer }: Omit<ShareAccess, 'reportId'>): void {
    this.insert.run(id, timestamp, ip, userAgent, referrer, linkId);
  }

  /** Drops the oldest readings of a log that holds too many, within a change. */
  trim(linkId: string): void {
    this.dropOldest.run(linkId, linkId, LOG_MAX_ACCESSES);
  }

  /** A link's log, newest first. */
  list(linkId: string, cursor: string | undefined, limit: number): Page {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeNumberCursor(cursor);
    return takePage(
      this.ofLink.iterate(linkId, before, limit + 1),
      limit,
      (row) => JSON.stringify({ ...row, seq: undefined }),
      ({ seq }) => encodeCursor(String(seq)),
    );
  }
}
