/** A line of the work log. */
export class LogEntry {
  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  id!: string;

  /** @example 2026-01-31T12:00:00.000Z */
  timestamp!: string;

  /** @example "Tests are green after the parser fix" */
  text!: string;

  /** @example builder-1 */
  agent?: string;
}

/** Entries, oldest first. */
export class LogEntries {
  entries!: LogEntry[];

  /** @example 1 */
  count!: number;

  /** Present when there are older entries: the `cursor` that goes on with them. */
  nextCursor?: string;
}
