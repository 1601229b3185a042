import { Injectable } from '@nestjs/common';
import type { ColumnReading, LegacyTable } from '../../common/takeover/duckdb-table.js';
import { DuckSource } from '../../common/takeover/duckdb-source.js';
import { Takeover } from '../../common/takeover/takeover.js';
import { USAGE_MIGRATIONS } from './usage.migrations.js';
import { COUNTS } from './usage-session.entity.js';

const nothing = (): string => 'NULL';

/** The five counts of tokens or dollars; where only their parts or only their total is known, the rest follows. */
function counts(name: 'tokens' | 'cost', kind: ColumnReading['kind'], single: string): ColumnReading[] {
  const ours = COUNTS.map((count) => `${name}_${count.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`);
  const sum = ours.slice(0, -1).map((column) => `coalesce(${column}, 0)`);
  return COUNTS.map((count, i) => {
    const word = count.toLowerCase();
    const isTotal = count === 'total';
    return {
      name: ours[i] ?? '',
      kind,
      from: [`${name}${word}`, `${word}${name}`, `${single}${word}`, `${word}${single}`, `${name}.${count}`],
      orElse: isTotal ? () => sum.join(' + ') : (has) => (has(`${name}_total`) ? '0' : undefined),
    };
  });
}

const SESSIONS: LegacyTable = {
  from: 'sessions',
  into: 'usage_sessions',
  columns: [
    { name: 'id', kind: 'id', from: ['id'] },
    { name: 'session_id', kind: 'key', from: ['sessionid'] },
    { name: 'agent', kind: 'key', from: ['agent', 'agentname'] },
    { name: 'parent_agent', kind: 'text', from: ['parentagent', 'parent'], orElse: nothing },
    { name: 'model', kind: 'text', from: ['model', 'modelname'] },
    ...counts('tokens', 'count', 'token'),
    ...counts('cost', 'amount', 'cost'),
    { name: 'turns', kind: 'count', from: ['turns', 'turncount'] },
    { name: 'tool_calls', kind: 'tally', from: ['toolcalls', 'toolcallcount'], orElse: () => "'0'" },
    { name: 'started_at', kind: 'instant', from: ['startedat', 'starttime'] },
    { name: 'ended_at', kind: 'instant', from: ['endedat', 'endtime'] },
    { name: 'recorded_at', kind: 'instant', from: ['recordedat'], orElse: () => 'ended_at' },
  ],
  rows: `QUALIFY row_number() OVER (
      PARTITION BY session_id, agent, started_at ORDER BY recorded_at DESC, id DESC
    ) = 1
    ORDER BY started_at, id`,
};

const VMS: LegacyTable = {
  from: 'vm_records',
  into: 'usage_vms',
  columns: [
    { name: 'id', kind: 'id', from: ['id'] },
    { name: 'vm_id', kind: 'key', from: ['vmid'] },
    { name: 'role', kind: 'text', from: ['role'] },
    { name: 'agent', kind: 'text', from: ['agent', 'agentname'] },
    { name: 'commit_id', kind: 'text', from: ['commitid'], orElse: nothing },
    { name: 'created_at', kind: 'instant', from: ['createdat'] },
    { name: 'destroyed_at', kind: 'instant', from: ['destroyedat'], orElse: nothing },
    { name: 'recorded_at', kind: 'instant', from: ['recordedat'], orElse: () => 'created_at' },
  ],
  rows: 'ORDER BY created_at, id',
};

/** A `usage.duckdb` with a predecessor's tables. Of the records of a session the latest stays, as when it is recorded again. */
@Injectable()
export class UsageTakeover {
  constructor(takeover: Takeover) {
    takeover.define('usage.duckdb', (path, { disk }) => new DuckSource(path, disk, USAGE_MIGRATIONS, [SESSIONS, VMS]));
  }
}
