/** The two kinds of things that the hub distributes. */
export const ITEM_KINDS = ['skill', 'extension'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export const CHANGE_ACTIONS = ['publish', 'update', 'remove', 'enable', 'disable'] as const;
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

/** Code for agents to install. */
export class Extension {
  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  id!: string;

  /** @example code-review */
  name!: string;

  /**
   * Starts at 1 and grows by 1 with each publication; a name that was deleted goes on from where it stood.
   * @example 3
   */
  version!: number;

  /** @example "How to review a change" */
  description!: string;

  /**
   * Kept to the byte.
   * @example "# Code review\n"
   */
  content!: string;

  /**
   * Who published this version.
   * @example builder-1
   */
  publishedBy!: string;

  /**
   * When it was first published.
   * @example 2026-01-31T12:00:00.000Z
   */
  publishedAt!: string;

  /** @example 2026-01-31T12:04:00.000Z */
  updatedAt!: string;

  /** Only what is enabled is offered to agents. */
  enabled!: boolean;

  /**
   * SHA-256 of the content's UTF-8 bytes, in hexadecimal.
   * @example a3f5c1d2e4b60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90
   */
  sha256!: string;
}

/** Knowledge for agents to install. */
export class Skill extends Extension {
  tags!: string[];
}

/** By name. */
export class SkillList {
  skills!: Skill[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}

/** By name. */
export class ExtensionList {
  extensions!: Extension[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}

/** That something happened to a skill or an extension. */
export class HubChange {
  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  id!: string;

  /** @example skill */
  type!: ItemKind;

  /** @example code-review */
  name!: string;

  /** @example 3 */
  version!: number;

  /**
   * `publish`: it is new. `update`: there is a new version, or its description or tags changed.
   * @example publish
   */
  action!: ChangeAction;

  /** @example 2026-01-31T12:00:00.000Z */
  timestamp!: string;
}

/** All of a skill or an extension but its content, which may be large. */
export type ItemHead = Omit<Extension, 'content'> & Partial<Pick<Skill, 'tags'>>;
