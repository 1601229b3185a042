/** That the process is alive. */
export class Health {
  /** @example ok */
  status!: 'ok';

  /**
   * Seconds since the process started.
   * @example 4711.2
   */
  uptime!: number;
}

/** Whether requests make sense now. */
export class Readiness {
  /** @example ready */
  status!: 'ready';
}
