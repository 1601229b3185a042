/** What the server says and takes, from the server's own source: these of its files import nothing. */

export { ARTIFACT_TYPES, NOTE_TYPES, TASK_STATUSES } from '../src/modules/board/task.entity.js';
export { EVENT_TYPES } from '../src/modules/feed/event.entity.js';
export { VM_ROLES } from '../src/modules/registry/vm.entity.js';
export { USAGE_VM_ROLES } from '../src/modules/usage/usage-vm.entity.js';

export type { Note, Task, TaskList } from '../src/modules/board/task.entity.js';
export type { Commit, CommitList } from '../src/modules/commits/commit.entity.js';
export type { EventType, FeedEvent, FeedStats } from '../src/modules/feed/event.entity.js';
export type { JournalEntry } from '../src/modules/journal/journal-entry.entity.js';
export type { LogEntries, LogEntry } from '../src/modules/log/log-entry.entity.js';
export type { Heartbeat, Vm, VmList, VmRole } from '../src/modules/registry/vm.entity.js';
export type { ItemKind, Skill } from '../src/modules/skills/item.entity.js';
export type { SyncUpdate, SyncUpdates } from '../src/modules/skills/sync.entity.js';
export type { SwarmStatus } from '../src/modules/status/status.entity.js';
export type { UsageCounts, UsageSession, UsageSessionList } from '../src/modules/usage/usage-session.entity.js';
export type { UsageSum, UsageSummary } from '../src/modules/usage/usage-summary.entity.js';
export type { UsageVm, UsageVmList, UsageVmRole } from '../src/modules/usage/usage-vm.entity.js';
