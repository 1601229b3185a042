/** A thought that somebody wanted to keep. */
export class JournalEntry {
  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  id!: string;

  /** @example 2026-01-31T12:00:00.000Z */
  timestamp!: string;

  /** @example "The queue design feels right at last" */
  text!: string;

  /** @example builder-1 */
  author?: string;

  /** @example relieved */
  mood?: string;

  /**
   * Absent when there are none.
   * @example ["design"]
   */
  tags?: string[];
}

/** Entries, oldest first. */
export class JournalEntries {
  entries!: JournalEntry[];

  /** @example 1 */
  count!: number;

  /** Present when there are older entries: the `cursor` that goes on with them. */
  nextCursor?: string;
}
