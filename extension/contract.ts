/** What the server says and takes, from the server's own source: these of its files import nothing. */

export { ARTIFACT_TYPES, NOTE_TYPES, TASK_STATUSES } from '../src/modules/board/task.entity.ts';
export { EVENT_TYPES } from '../src/modules/feed/event.entity.ts';
export { VM_ROLES } from '../src/modules/registry/vm.entity.ts';
export { USAGE_VM_ROLES } from '../src/modules/usage/usage-vm.entity.ts';

export type { Claim, Lease, NextClaim } from '../src/modules/board/lease.entity.ts';
export type { Note, Task, TaskList } from '../src/modules/board/task.entity.ts';
export type { Commit, CommitList } from '../src/modules/commits/commit.entity.ts';
export type { EventType, FeedEvent, FeedStats } from '../src/modules/feed/event.entity.ts';
export type { JournalEntry } from '../src/modules/journal/journal-entry.entity.ts';
export type { LogEntries, LogEntry } from '../src/modules/log/log-entry.entity.ts';
export type { Heartbeat, Vm, VmList, VmRole } from '../src/modules/registry/vm.entity.ts';
export type { ItemKind, Skill } from '../src/modules/skills/item.entity.ts';
export type { SyncUpdate, SyncUpdates } from '../src/modules/skills/sync.entity.ts';
export type { SwarmStatus } from '../src/modules/status/status.entity.ts';
export type { UsageCounts, UsageSession, UsageSessionList } from '../src/modules/usage/usage-session.entity.ts';
export type { UsageSum, UsageSummary } from '../src/modules/usage/usage-summary.entity.ts';
export type { UsageVm, UsageVmList, UsageVmRole } from '../src/modules/usage/usage-vm.entity.ts';
