export const VM_ROLES = ['infra', 'lieutenant', 'worker', 'golden', 'custom'] as const;
export type VmRole = (typeof VM_ROLES)[number];

export const VM_STATUSES = ['running', 'paused', 'stopped'] as const;
export type VmStatus = (typeof VM_STATUSES)[number];

/** Something that listens on a VM. */
export class VmService {
  /** @example api */
  name!: string;

  /**
   * TCP port, 1 to 65535.
   * @example 3000
   */
  port!: number;

  /** @example /health */
  healthPath?: string;

  /** @example http */
  protocol?: string;
}

/** A VM of the swarm. It is stale after 5 minutes without a heartbeat, a change or a registration. */
export class Vm {
  /** @example vm-7f3a */
  id!: string;

  /** @example builder-1 */
  name!: string;

  /** @example worker */
  role!: VmRole;

  /** @example running */
  status!: VmStatus;

  /** @example vm-7f3a.vm.vers.sh */
  address!: string;

  services?: VmService[];

  /** @example { "region": "eu" } */
  metadata?: Record<string, unknown>;

  /** @example orchestrator */
  registeredBy!: string;

  /** @example 2026-01-31T12:00:00.000Z */
  registeredAt!: string;

  /** @example 2026-01-31T12:04:00.000Z */
  lastSeen!: string;
}

export class VmList {
  vms!: Vm[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}

/** That a VM was heard of. */
export class Heartbeat {
  /** @example vm-7f3a */
  id!: string;

  /** @example 2026-01-31T12:04:00.000Z */
  lastSeen!: string;
}

/** How many VMs there are; `stale` ones run, but were not heard of. */
export interface VmStates {
  alive: number;
  stale: number;
  paused: number;
  stopped: number;
}

/** A line of the registry's log. */
export type VmChange = Vm | { id: string; deleted: true };
