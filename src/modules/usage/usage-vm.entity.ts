export const USAGE_VM_ROLES = ['orchestrator', 'lieutenant', 'worker', 'infra', 'golden'] as const;
export type UsageVmRole = (typeof USAGE_VM_ROLES)[number];

/** How long a VM was there, and for whom. */
export class UsageVm {
  /**
   * A ULID; stays when the record is completed.
   * @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB
   */
  id!: string;

  /** @example vm-7f3a */
  vmId!: string;

  /** @example worker */
  role!: UsageVmRole;

  /** @example builder-1 */
  agent!: string;

  /** @example 6c1f0d */
  commitId?: string;

  /** @example 2026-01-31T12:00:00.000Z */
  createdAt!: string;

  /** @example 2026-01-31T14:30:00.000Z */
  destroyedAt?: string;

  /**
   * When its creation was recorded.
   * @example 2026-01-31T12:00:01.000Z
   */
  recordedAt!: string;
}

export class UsageVmList {
  vms!: UsageVm[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}
