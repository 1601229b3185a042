/** What one service brings to its record log: how its records become rows of the index. */
export interface Projection<R extends object = object> {
  /** The log's name: it is kept in `<name>.jsonl`. */
  readonly log: string;
  /** `CREATE` statements of the index tables that only this projection writes. */
  readonly tables: string;

  /**
   * Folds one record into the tables; the same code runs when a change is made and when the index is rebuilt.
   * @param json the record as it stands in the log
   * @returns the JSON that goes over the wire for what the record changed
   */
  apply(record: R, json: string): string;

  /** Tells where the line of a record, applied just before, stands in the log file. */
  locate?(record: R, offset: number, length: number): void;

  /** Empties the tables. */
  clear(): void;

  /** The ULID drawn last for this record; ids drawn from now on are larger. */
  largestId(record: R): string | undefined;

  /** How many records {@link snapshot} would give; a log without it only grows. */
  snapshotSize?(): number;

  /** Records that alone make the tables what they are now, in an order that may be replayed. */
  snapshot?(): Iterable<R>;
}

/** First line of a file that was begun anew; keeps ids growing although the lines before it are gone. */
export interface FreshStart {
  cleared?: true;
  compacted?: true;
  /** The predecessor's file that the records come from. */
  imported?: string;
  id: string;
}

/** A line for the first answer that the log still has to give, where the line of its record is gone. */
export const REMINDER = { remembered: true } as const;

export function isReminder(record: object): boolean {
  return 'remembered' in record && Object.keys(record).length === 1;
}

/** It has nothing beside its two fields, so no record of a predecessor passes for one. */
export function isFreshStart(record: object): record is FreshStart {
  const isMarked = 'cleared' in record || 'compacted' in record || 'imported' in record;
  return isMarked && Object.keys(record).length === 2;
}
