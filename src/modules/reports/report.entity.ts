/** All of a report but its content, which may be large. */
export class ReportHead {
  /** @example 01K9XW5T3V8Z6Q2N4M7P1R0SAB */
  id!: string;

  /** @example "What leaks in the parser" */
  title!: string;

  /** @example builder-1 */
  author!: string;

  tags!: string[];

  /** @example 2026-01-31T12:00:00.000Z */
  createdAt!: string;

  /** @example 2026-01-31T12:00:00.000Z */
  updatedAt!: string;
}

/** What an agent found out, for others to read. */
export class Report extends ReportHead {
  /**
   * Markdown, kept to the byte.
   * @example "# What leaks\n\nThe **parser** does."
   */
  content!: string;
}

/** Reports without their content, newest first. */
export class ReportList {
  reports!: ReportHead[];

  /** @example 1 */
  count!: number;

  /** Present when there are more: the `cursor` that goes on with them. */
  nextCursor?: string;
}
