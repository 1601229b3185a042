import { Injectable, Logger, OnApplicationShutdown } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { IdSource } from '../../common/storage/id-source.js';
import type { Page } from '../../common/storage/page.js';
import { AccessesRepository } from './accesses.repository.js';
import type { ShareAccess } from './share.entity.js';

const FLUSH_MS = 1000;
/** What comes beyond this between two flushes is counted, but not logged. */
const WAITING_MAX_ACCESSES = 10_000;
const HEADER_MAX_CHARACTERS = 512;

/** Who reads a shared page, as far as the request tells. */
export interface Visitor {
  ip?: string;
  userAgent?: string;
  referrer?: string;
}

type Reading = Omit<ShareAccess, 'id' | 'reportId'>;

/** Readings of shared pages: they wait here and reach the disk together, about once a second. */
@Injectable()
export class AccessLog implements OnApplicationShutdown {
  private readonly logger = new Logger('reports');
  private counts = new Map<string, number>();
  private readings: Reading[] = [];
  private timer?: NodeJS.Timeout;
  private flushed = Promise.resolve();

  constructor(
    private readonly repository: AccessesRepository,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {}

  /** The id of each report that was read through a link, once that is counted. */
  get counted$(): Observable<string> {
    return this.repository.counted$;
  }

  note(linkId: string, { ip, userAgent, referrer }: Visitor): void {
    this.counts.set(linkId, (this.counts.get(linkId) ?? 0) + 1);
    if (this.readings.length < WAITING_MAX_ACCESSES) {
      this.readings.push({
        linkId,
        timestamp: this.clock.timestamp(),
        ip: ip ?? null,
        userAgent: userAgent?.slice(0, HEADER_MAX_CHARACTERS) || null,
        referrer: referrer?.slice(0, HEADER_MAX_CHARACTERS) || null,
      });
    }
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** Brings all that waits to the disk; what the disk refuses is tried again with the next reading. */
  flush(): Promise<void> {
    return (this.flushed = this.flushed.then(() => this.write()));
  }

  /** A link's log as far as it is flushed, newest first. */
  list(linkId: string, cursor: string | undefined, limit: number): Page {
    return this.repository.list(linkId, cursor, limit);
  }

  /** When the last request has been answered. */
  onApplicationShutdown(): Promise<void> {
    return this.flush();
  }

  private async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { counts, readings } = this;
    if (counts.size === 0) return;
    this.counts = new Map();
    this.readings = [];
    try {
      await this.repository.record(counts, () => readings.map((reading) => ({ id: this.ids.next(), ...reading })));
    } catch (error) {
      this.logger.warn({ err: error, msg: 'readings of shared reports wait for the disk' });
      for (const [linkId, count] of this.counts) counts.set(linkId, (counts.get(linkId) ?? 0) + count);
      this.counts = counts;
      this.readings = [...readings, ...this.readings].slice(0, WAITING_MAX_ACCESSES);
    }
  }
}
