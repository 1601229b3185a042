import type { Role } from '../../common/http/caller.js';

/** A key of an agent or a program, without what is secret about it. */
export class ApiKey {
  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  id!: string;

  /**
   * Who acts with it.
   * @example builder-1
   */
  name!: string;

  /** @example agent */
  role!: Role;

  /** @example 2026-01-31T12:00:00.000Z */
  createdAt!: string;

  /**
   * From then on it is refused; absent when it does not expire.
   * @example 2026-12-31T00:00:00.000Z
   */
  expiresAt?: string;

  /**
   * When it was used last, after a crash up to a minute behind; absent when it never was.
   * @example 2026-01-31T12:34:56.000Z
   */
  lastUsedAt?: string;
}

/** A key on the only occasion on which it is shown. */
export class NewApiKey extends ApiKey {
  /**
   * To be sent as `Authorization: Bearer <key>`. Nobody can get it again: the server keeps its SHA-256 only.
   * @example vas_q3Jq0c6mUQ0qfWJ3cF0zv4b2m5s8w1x7y9zAaBbCcDd
   */
  key!: string;
}

/** Newest first. */
export class ApiKeyList {
  keys!: ApiKey[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}
