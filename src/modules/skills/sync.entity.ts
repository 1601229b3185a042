import type { ItemKind } from './item.entity.js';

export const UPDATE_ACTIONS = ['install', 'update', 'remove'] as const;
export type UpdateAction = (typeof UPDATE_ACTIONS)[number];

/** What can be installed. */
export class ManifestEntry {
  /** @example code-review */
  name!: string;

  /** @example 3 */
  version!: number;

  /**
   * SHA-256 of the content's UTF-8 bytes, in hexadecimal.
   * @example a3f5c1d2e4b60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90
   */
  sha256!: string;
}

/** All that is enabled, by name. */
export class Manifest {
  skills!: ManifestEntry[];

  extensions!: ManifestEntry[];
}

/** What an agent has to do to be as the hub is. */
export class SyncUpdate {
  /** @example skill */
  type!: ItemKind;

  /** @example code-review */
  name!: string;

  /**
   * The version to install; of what is to be removed, the one that was reported.
   * @example 3
   */
  version!: number;

  /** @example update */
  action!: UpdateAction;

  /**
   * SHA-256 of what is to be installed.
   * @example a3f5c1d2e4b60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90
   */
  sha256?: string;
}

export class SyncUpdates {
  updates!: SyncUpdate[];
}

/** Something that an agent has installed. */
export class InstalledItem {
  /** @example code-review */
  name!: string;

  /** @example 2 */
  version!: number;
}

/** What an agent said last that it has. */
export class AgentInventory {
  /** @example builder-1 */
  agentId!: string;

  /** @example vm-7f3a */
  vmId?: string;

  skills!: InstalledItem[];

  extensions!: InstalledItem[];

  /** @example 2026-01-31T12:00:00.000Z */
  lastSync!: string;
}

/** That an agent has something, as its last report says. */
export interface Installation {
  agentId: string;
  version: number;
  lastSync: string;
}

/** On how many agents something is, and on how many of them in the hub's version. */
export interface Spread {
  agents: number;
  current: number;
}

/** Latest sync first. */
export class AgentList {
  agents!: AgentInventory[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}
