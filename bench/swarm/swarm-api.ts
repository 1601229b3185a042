import type { PublishEvent } from '../../src/modules/feed/feed.dto.ts';
import type { WriteJournalEntry } from '../../src/modules/journal/journal.dto.ts';
import type { AppendLogEntry } from '../../src/modules/log/log.dto.ts';
import type { RegisterVm, UpdateVm } from '../../src/modules/registry/registry.dto.ts';
import type { Heartbeat, Vm } from '../../src/modules/registry/vm.entity.ts';
import { type ApiClient, InDoubt, Refused } from './api-client.ts';
import { BoardApi } from './board-api.ts';
import { ClaimsApi } from './claims-api.ts';
import type { Ledger, Records, RecordService } from './ledger.ts';
import { TaskWriter } from './task-writer.ts';

const PATHS = { feed: '/feed/events', log: '/log', journal: '/journal' } as const;
const CONFLICT = 409;

/** The public API, with every acknowledged write entered in the ledger. */
export class SwarmApi {
  readonly board: BoardApi;
  readonly claims: ClaimsApi;
  readonly ledger: Ledger;
  private readonly client: ApiClient;

  constructor(client: ApiClient, ledger: Ledger) {
    this.client = client;
    this.ledger = ledger;
    const writer = new TaskWriter(client, ledger);
    this.board = new BoardApi(writer);
    this.claims = new ClaimsApi(writer);
  }

  /** Reads something only because an agent would. */
  glance(path: string): Promise<unknown> {
    return this.client.read(path);
  }

  publish(event: PublishEvent): Promise<void> {
    return this.append('feed', event);
  }

  writeLog(entry: AppendLogEntry): Promise<void> {
    return this.append('log', entry);
  }

  writeJournal(entry: WriteJournalEntry): Promise<void> {
    return this.append('journal', entry);
  }

  /** Registers a VM, or takes its registration over when an earlier run left one. */
  async register(vm: RegisterVm): Promise<void> {
    const { id, registeredBy, ...changes } = vm;
    try {
      const { lastSeen } = await this.client.write<Vm>('POST', '/registry/vms', vm);
      this.ledger.vms.set(id, { fields: { ...vm, registeredBy }, lastSeen });
    } catch (error) {
      if (!(error instanceof Refused && error.status === CONFLICT)) throw error;
      const { lastSeen } = await this.client.write<Vm>('PATCH', `/registry/vms/${id}`, changes);
      this.ledger.vms.set(id, { fields: { id, ...changes }, lastSeen });
    }
  }

  async updateVm(id: string, changes: UpdateVm): Promise<void> {
    const known = this.ledger.vm(id);
    try {
      const { lastSeen } = await this.client.write<Vm>('PATCH', `/registry/vms/${id}`, changes);
      Object.assign(known.fields, changes);
      known.lastSeen = lastSeen;
    } catch (error) {
      if (error instanceof InDoubt) known.isInDoubt = true;
      throw error;
    }
  }

  async beat(id: string): Promise<void> {
    const { lastSeen } = await this.client.write<Heartbeat>('POST', `/registry/vms/${id}/heartbeat`);
    this.ledger.vm(id).lastSeen = lastSeen;
    this.ledger.heartbeats += 1;
  }

  private async append<S extends RecordService>(service: S, sent: Omit<Records[S], 'id' | 'timestamp'>): Promise<void> {
    try {
      this.ledger.record(service, sent, await this.client.write<Records[S]>('POST', PATHS[service], sent));
    } catch (error) {
      if (error instanceof InDoubt) this.ledger.inDoubt[service] += 1;
      throw error;
    }
  }
}
