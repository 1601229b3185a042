import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { map, Observable } from 'rxjs';
import { decodeCursor, encodeCursor } from '../../common/storage/cursor.js';
import type { Statement } from '../../common/storage/sqlite.js';
import { bytesOfPage } from '../../common/storage/kept.js';
import { oldestFirst, Page, takePage } from '../../common/storage/page.js';
import type { Projection } from '../../common/storage/projection.js';
import { RecordLogs } from '../../common/storage/record-logs.js';
import { Heartbeats } from './heartbeats.js';
import type { Vm, VmChange, VmStates } from './vm.entity.js';

interface VmRow {
  id: string;
  registered_at: string;
  last_seen: string;
  /** The VM's JSON up to where `lastSeen` follows. */
  head: string;
}

export interface VmFilter {
  role?: string;
  status?: string;
  /** Only VMs heard of at or after this timestamp. */
  seenSince?: string;
  cursor?: string;
  limit: number;
  /** The page is of the latest registrations; this is how it is shown. */
  isOldestFirst?: boolean;
}

/** A list of VMs, and for which bounds {@link VmFilter.seenSince} it is the same: until the first of them is too old. */
interface SeenPage {
  page: Page;
  from: string;
  to: string;
}

/** How many VMs do what, and for which times before which a running one is stale that is the same. */
interface SeenCounts {
  counts: VmStates;
  from: string;
  to: string;
}

const COLUMNS = 'id, registered_at, last_seen, head';
/** Larger than every timestamp. */
const TIME_CEILING = 'Z';

/** `registry.jsonl`: a VM as it is after each change. */
@Injectable()
export class RegistryRepository implements Projection<VmChange>, BeforeApplicationShutdown {
  readonly log = 'registry';
  readonly tables = `
    CREATE TABLE vms (
      id TEXT PRIMARY KEY, role TEXT NOT NULL, status TEXT NOT NULL, registered_at TEXT NOT NULL,
      last_seen TEXT NOT NULL, head TEXT NOT NULL
    );
    CREATE INDEX vms_by_time ON vms (registered_at, id, last_seen);
    CREATE INDEX vms_by_role ON vms (role, registered_at, id, last_seen);
    CREATE INDEX vms_by_status ON vms (status, registered_at, id, last_seen);
    CREATE INDEX vms_by_role_and_status ON vms (role, status, registered_at, id, last_seen);`;

  private readonly records = this.logs.define(this);
  private readonly heartbeats = new Heartbeats((lastSeen) => this.storeLastSeen(lastSeen));

  private readonly upsert = this.logs.index.write(
    `INSERT INTO vms (id, role, status, registered_at, last_seen, head) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET role = excluded.role, status = excluded.status,
       registered_at = excluded.registered_at, last_seen = excluded.last_seen, head = excluded.head`,
  );
  private readonly remove = this.logs.index.write('DELETE FROM vms WHERE id = ?');
  private readonly deleteAll = this.logs.index.write('DELETE FROM vms');
  private readonly touch = this.logs.index.write('UPDATE vms SET last_seen = ? WHERE id = ?');
  private readonly touchLater = this.logs.index.write('UPDATE vms SET last_seen = ? WHERE last_seen > ?');
  private readonly byIdForChange = this.logs.index.write<VmRow, [string]>(`SELECT ${COLUMNS} FROM vms WHERE id = ?`);
  private readonly everything = this.logs.index.write<VmRow, []>(
    `SELECT ${COLUMNS} FROM vms ORDER BY registered_at, id`,
  );
  private readonly count = this.logs.index.write<{ count: number }, []>('SELECT count(*) AS count FROM vms');

  private readonly byId = this.logs.index.read<VmRow, [string]>(`SELECT ${COLUMNS} FROM vms WHERE id = ?`);
  private readonly byState = this.logs.index.read<
    { state: keyof VmStates; count: number; earliest: string },
    [staleBefore: string]
  >(
    `SELECT CASE WHEN status <> 'running' THEN status WHEN last_seen >= ? THEN 'alive' ELSE 'stale' END AS state,
            count(*) AS count, min(last_seen) AS earliest
     FROM vms INDEXED BY vms_by_status GROUP BY state`,
  );
  private readonly lists = {
    all: this.list(''),
    role: this.list('role = ? AND'),
    status: this.list('status = ? AND'),
    roleAndStatus: this.list('role = ? AND status = ? AND'),
  };

  constructor(private readonly logs: RecordLogs) {
    this.records.committed$.subscribe(({ record }) => {
      this.heartbeats.forget(record.id, 'deleted' in record ? TIME_CEILING : record.lastSeen);
    });
  }

  apply(change: VmChange, json: string): string {
    if ('deleted' in change) {
      this.remove.run(change.id);
      return json;
    }
    const { lastSeen, ...vm } = change;
    this.upsert.run(vm.id, vm.role, vm.status, vm.registeredAt, lastSeen, JSON.stringify(vm).slice(0, -1));
    return json;
  }

  clear(): void {
    this.deleteAll.run();
  }

  /** The ids here are the VMs' own. */
  largestId(): undefined {
    return undefined;
  }

  snapshotSize(): number {
    return this.count.get()?.count ?? 0;
  }

  *snapshot(): Iterable<Vm> {
    for (const row of this.everything.iterate()) yield JSON.parse(this.wire(row)) as Vm;
  }

  /** Decides on a VM when its turn comes: `decide` gets what is known of it, and throws or gives what is to be recorded. */
  change(id: string, decide: (known: Vm | undefined) => VmChange): Promise<string> {
    return this.logs.change((batch) => {
      const row = this.byIdForChange.get(id);
      return batch.append(this.records, decide(row && (JSON.parse(this.wire(row)) as Vm)));
    });
  }

  /** The id of each VM that was changed, once the change is durable. */
  get changes$(): Observable<string> {
    return this.records.committed$.pipe(map(({ record }) => record.id));
  }

  counts(staleBefore: string): VmStates {
    return this.logs.kept.value<SeenCounts>({
      key: ['vm states'],
      version: this.logs.index.version(this.log),
      make: () => this.readCounts(staleBefore),
      bytesOf: () => 0,
      holds: ({ from, to }) => from <= staleBefore && staleBefore <= to,
    }).counts;
  }

  find(id: string): string | undefined {
    const row = this.byId.get(id);
    return row && this.wire(row);
  }

  /** When the index last heard of the VM; `undefined` when there is no such VM. */
  storedLastSeen(id: string): string | undefined {
    return this.byId.get(id)?.last_seen;
  }

  beat(id: string, lastSeen: string): void {
    this.heartbeats.beat(id, lastSeen);
  }

  /** Brings all heartbeats to the index. */
  flushHeartbeats(): Promise<void> {
    return this.heartbeats.flush();
  }

  /** Makes VMs that were heard of later than the present heard of now; `now` is asked when its turn comes. */
  async limitLastSeen(now: () => string): Promise<void> {
    const flushed = this.heartbeats.flush();
    await this.logs.change((batch) => {
      batch.touch(this.records);
      const time = now();
      this.touchLater.run(time, time);
    });
    await flushed;
  }

  /** Latest registration first. */
  latest(filter: VmFilter): Page {
    const { role, status, seenSince, cursor, limit, isOldestFirst } = filter;
    return this.logs.kept.value<SeenPage>({
      key: ['vms', role, status, seenSince === undefined, cursor, limit, isOldestFirst],
      version: this.logs.index.version(this.log) + this.heartbeats.version,
      make: () => this.readLatest(filter),
      bytesOf: ({ page }) => bytesOfPage(page),
      holds: ({ from, to }) => seenSince === undefined || (from <= seenSince && seenSince <= to),
    }).page;
  }

  private readCounts(from: string): SeenCounts {
    const counts = { alive: 0, stale: 0, paused: 0, stopped: 0 };
    let to = TIME_CEILING;
    for (const { state, count, earliest } of this.byState.iterate(from)) {
      counts[state] = count;
      if (state === 'alive') to = earliest;
    }
    return { counts, from, to };
  }

  private readLatest({ role, status, seenSince = '', cursor, limit, isOldestFirst }: VmFilter): SeenPage {
    const [beforeTime = TIME_CEILING, beforeId = ''] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const { all, roleAndStatus } = this.lists;
    const statement = role && status ? roleAndStatus : role ? this.lists.role : status ? this.lists.status : all;
    const filters = [role, status].filter((value) => value !== undefined);
    let to = TIME_CEILING;
    const rows = statement.all(...filters, beforeTime, beforeId, seenSince, limit + 1);
    for (const { last_seen } of rows) if (last_seen < to) to = last_seen;
    const page = takePage(
      rows,
      limit,
      (row) => this.wire(row),
      (row) => encodeCursor(row.registered_at, row.id),
    );
    return { page: { ...(isOldestFirst ? oldestFirst(page) : page), made: new Map() }, from: seenSince, to };
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.heartbeats.flush();
  }

  private storeLastSeen(lastSeen: ReadonlyMap<string, string>): Promise<void> {
    return this.logs.change((batch) => {
      batch.touch(this.records);
      for (const [id, time] of lastSeen) this.touch.run(time, id);
    });
  }

  private wire({ id, head, last_seen }: VmRow): string {
    return `${head},"lastSeen":"${this.heartbeats.lastSeen(id) ?? last_seen}"}`;
  }

  private list(condition: string): Statement<VmRow, [...filters: string[], string, string, string, number]> {
    return this.logs.index.read(
      `SELECT ${COLUMNS} FROM vms WHERE ${condition} (registered_at, id) < (?, ?) AND last_seen >= ?
       ORDER BY registered_at DESC, id DESC LIMIT ?`,
    );
  }
}
