/** A link under which anyone can read a report. */
export class ShareLink {
  /**
   * 256 random bits.
   * @example q3Zt0m6Jx1sYb8VfK2nRu5LwE7aHc9DgPiTo4XyQzMk
   */
  linkId!: string;

  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  reportId!: string;

  /** @example 2026-01-31T12:00:00.000Z */
  createdAt!: string;

  /** @example admin */
  createdBy!: string;

  /**
   * From then on the link leads nowhere.
   * @example 2026-02-28T12:00:00.000Z
   */
  expiresAt!: string | null;

  /** @example "for the review" */
  label!: string | null;

  /** @example 0 */
  revoked!: 0 | 1;

  /**
   * How often the page was read, also where the log no longer tells of it.
   * @example 12
   */
  accessCount!: number;
}

/** A report's links, newest first. */
export class ShareLinkList {
  links!: ShareLink[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}

/** A link that was just made. */
export class SharedLink {
  /** @example q3Zt0m6Jx1sYb8VfK2nRu5LwE7aHc9DgPiTo4XyQzMk */
  linkId!: string;

  /** @example https://agents.example.org/reports/share/q3Zt0m6Jx1sYb8VfK2nRu5LwE7aHc9DgPiTo4XyQzMk */
  url!: string;
}

/** That a link leads nowhere any more. */
export class Revoked {
  /** @example true */
  revoked!: true;
}

/** One reading of a shared page. */
export class ShareAccess {
  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  id!: string;

  /** @example q3Zt0m6Jx1sYb8VfK2nRu5LwE7aHc9DgPiTo4XyQzMk */
  linkId!: string;

  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  reportId!: string;

  /** @example 2026-01-31T12:00:00.000Z */
  timestamp!: string;

  /** @example 198.51.100.7 */
  ip!: string | null;

  /**
   * At most 512 characters.
   * @example "Mozilla/5.0"
   */
  userAgent!: string | null;

  /**
   * At most 512 characters.
   * @example https://chat.example.org/
   */
  referrer!: string | null;
}

/** The latest readings through a link, at most 1,000 of them, newest first. */
export class ShareAccessList {
  log!: ShareAccess[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}
