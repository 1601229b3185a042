import { Injectable } from '@nestjs/common';
import { decodeTimeCursor, encodeCursor, TEXT_CEILING } from '../../common/storage/cursor.js';
import { isoOf, timestampOf } from '../../common/storage/duckdb.js';
import type { Session } from '../../common/storage/duckdb-session.js';
import { Page, takePage } from '../../common/storage/page.js';
import { END_OF_TIME } from '../../common/validation/time.js';
import { UsageDatabase } from './usage.database.js';
import type { UsageVm, UsageVmRole } from './usage-vm.entity.js';

interface VmRow {
  id: string;
  vm_id: string;
  role: UsageVmRole;
  agent: string;
  commit_id: string | null;
  created_at: bigint;
  destroyed_at: bigint | null;
  recorded_at: bigint;
}

export interface UsageVmFilter {
  role: string | null;
  agent: string | null;
  /** Only VMs that were created then or later. */
  from: string | null;
  cursor?: string;
  limit: number;
}

const COLUMNS = `id, vm_id, role, agent, commit_id, epoch_ms(created_at) AS created_at,
  epoch_ms(destroyed_at) AS destroyed_at, epoch_ms(recorded_at) AS recorded_at`;

@Injectable()
export class UsageVmRepository {
  constructor(private readonly database: UsageDatabase) {}

  /** Decides on a VM's record when its turn comes: `decide` gets the VM's records, latest first, and gives the one to keep. */
  change(vmId: string, decide: (known: UsageVm[]) => UsageVm): Promise<UsageVm> {
    return this.database.write(changeAll, { vmId, decide });
  }

  /** Latest creation first. */
  async latest({ role, agent, from, cursor, limit }: UsageVmFilter): Promise<Page> {
    const [time, id] = cursor === undefined ? [END_OF_TIME, TEXT_CEILING] : decodeTimeCursor(cursor);
    const rows = await this.database.read<VmRow>(
      `SELECT ${COLUMNS} FROM usage_vms AS v
       WHERE ($1 IS NULL OR role = $1) AND ($2 IS NULL OR agent = $2) AND ($3 IS NULL OR v.created_at >= $3)
         AND v.created_at <= $4 AND (v.created_at < $4 OR id < $5)
       ORDER BY v.created_at DESC, id DESC LIMIT ${limit + 1}`,
      [role, agent, from && timestampOf(from), timestampOf(time), id],
    );
    return takePage(
      rows,
      limit,
      (row) => JSON.stringify(vmOf(row)),
      (row) => encodeCursor(isoOf(row.created_at), row.id),
    );
  }
}

interface VmChange {
  vmId: string;
  decide: (known: UsageVm[]) => UsageVm;
}

/** One by one: a VM's destruction may be decided on right behind its creation. */
async function changeAll(transaction: Session, changes: VmChange[]): Promise<UsageVm[]> {
  const kept: UsageVm[] = [];
  for (const { vmId, decide } of changes) {
    const rows = await transaction.rows<VmRow>(
      `SELECT ${COLUMNS} FROM usage_vms AS v WHERE vm_id = $1 ORDER BY v.created_at DESC, id DESC`,
      [vmId],
    );
    const vm = decide(rows.map(vmOf));
    const isKnown = rows.some(({ id }) => id === vm.id);
    await transaction.run(isKnown ? UPDATE : INSERT, [
      vm.id,
      vm.vmId,
      vm.role,
      vm.agent,
      vm.commitId ?? null,
      timestampOf(vm.createdAt),
      vm.destroyedAt === undefined ? null : timestampOf(vm.destroyedAt),
      timestampOf(vm.recordedAt),
    ]);
    kept.push(vm);
  }
  return kept;
}

const INSERT = 'INSERT INTO usage_vms VALUES ($1, $2, $3, $4, $5, $6, $7, $8)';
const UPDATE = `UPDATE usage_vms SET vm_id = $2, role = $3, agent = $4, commit_id = $5, created_at = $6,
  destroyed_at = $7, recorded_at = $8 WHERE id = $1`;

function vmOf(row: VmRow): UsageVm {
  return {
    id: row.id,
    vmId: row.vm_id,
    role: row.role,
    agent: row.agent,
    ...(row.commit_id !== null && { commitId: row.commit_id }),
    createdAt: isoOf(row.created_at),
    ...(row.destroyed_at !== null && { destroyedAt: isoOf(row.destroyed_at) }),
    recordedAt: isoOf(row.recorded_at),
  };
}
