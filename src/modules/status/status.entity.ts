/** How many tasks have which status. */
export class TaskCounts {
  /** @example 12 */
  open!: number;

  /** @example 3 */
  in_progress!: number;

  /** @example 1 */
  in_review!: number;

  /** @example 0 */
  blocked!: number;

  /** @example 240 */
  done!: number;
}

export class VmCounts {
  /**
   * Those that are running and not stale.
   * @example 7
   */
  alive!: number;

  /** @example 9 */
  total!: number;
}

export class EventCounts {
  /**
   * In the feed since it was last cleared.
   * @example 1204
   */
  total!: number;
}

/** The swarm in numbers. */
export class SwarmStatus {
  tasks!: TaskCounts;

  vms!: VmCounts;

  events!: EventCounts;
}
