import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { IdSource } from '../../common/storage/id-source.js';
import type { Page } from '../../common/storage/page.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import { parseDuration } from '../../common/validation/time.js';
import { SessionRepository } from './session.repository.js';
import type { UsageSession } from './usage-session.entity.js';
import type { UsageVm } from './usage-vm.entity.js';
import { UsageVmRepository } from './usage-vm.repository.js';
import type { ListSessions, ListUsageVms, RecordSession, RecordVm } from './usage.dto.js';

/** What the swarm uses: tokens and dollars by session, and VMs. */
@Injectable()
export class UsageService implements OnModuleDestroy {
  /** The id of each session or VM record that was made or changed, once that is durable. */
  readonly changes$: Observable<string>;

  private readonly changes = new Subject<string>();

  constructor(
    private readonly sessions: SessionRepository,
    private readonly vms: UsageVmRepository,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {
    this.changes$ = this.changes.asObservable();
  }

  onModuleDestroy(): void {
    this.changes.complete();
  }

  /** The same `(sessionId, agent, startedAt)` again replaces what was recorded; the id stays. */
  recordSession({ sessionId, agent, parentAgent = null, model, ...session }: RecordSession): Promise<UsageSession> {
    const { tokens, cost, turns, toolCalls = 0, startedAt, endedAt } = session;
    const recorded = this.sessions.upsert(() => ({
      id: this.ids.next(),
      sessionId,
      agent,
      parentAgent,
      model,
      tokens,
      cost,
      turns,
      toolCalls,
      startedAt,
      endedAt,
      recordedAt: this.clock.timestamp(),
    }));
    return this.announced(recorded);
  }

  listSessions({ agent, range, cursor, limit = PAGE_MAX_ITEMS }: ListSessions): Promise<Page> {
    return this.sessions.latest({ agent: agent ?? null, from: this.start(range), cursor, limit });
  }

  /**
   * The destruction of a known VM goes into its latest record and changes nothing else there. The same `vmId` and
   * `createdAt` again is a retry: it replaces the record, but a destruction that is known by then stays.
   */
  recordVm({ vmId, role, agent, commitId, createdAt, destroyedAt }: RecordVm): Promise<UsageVm> {
    const recorded = this.vms.change(vmId, (known) => {
      const [latest] = known;
      if (latest && destroyedAt !== undefined) return { ...latest, destroyedAt };
      const same = known.find((vm) => vm.createdAt === createdAt);
      const id = this.ids.next();
      return {
        id: same?.id ?? id,
        vmId,
        role,
        agent,
        commitId,
        createdAt,
        destroyedAt: destroyedAt ?? same?.destroyedAt,
        recordedAt: this.clock.timestamp(),
      };
    });
    return this.announced(recorded);
  }

  listVms({ role, agent, range, cursor, limit = PAGE_MAX_ITEMS }: ListUsageVms): Promise<Page> {
    return this.vms.latest({ role: role ?? null, agent: agent ?? null, from: this.start(range), cursor, limit });
  }

  private async announced<R extends { id: string }>(recorded: Promise<R>): Promise<R> {
    const record = await recorded;
    this.changes.next(record.id);
    return record;
  }

  private start(range: string | undefined): string | null {
    const span = parseDuration(range ?? '');
    return span === undefined ? null : new Date(this.clock.now() - span).toISOString();
  }
}
