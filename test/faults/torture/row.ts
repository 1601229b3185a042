/** A line of the table that `npm run torture` ends with. */
export interface Row {
  what: string;
  /** What was done and seen, in figures. */
  done: string;
  held: boolean;
}
