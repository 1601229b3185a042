/** That something is gone. */
export class Deleted {
  /** @example true */
  deleted!: true;
}
