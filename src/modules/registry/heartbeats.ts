const FLUSH_MS = 1000;

/**
 * Heartbeats that the index does not have yet. They are liveness, not history: they live here, reach the index once a
 * second together, and the log never.
 */
export class Heartbeats {
  private pending = new Map<string, string>();
  private timer?: NodeJS.Timeout;
  /** Grows with whatever {@link lastSeen} tells. */
  version = 0;

  constructor(private readonly store: (lastSeen: ReadonlyMap<string, string>) => Promise<void>) {}

  /** When the VM was last heard of, if the index does not know yet. */
  lastSeen(id: string): string | undefined {
    return this.pending.get(id);
  }

  beat(id: string, lastSeen: string): void {
    this.pending.set(id, lastSeen);
    this.version += 1;
    this.timer ??= setTimeout(() => void this.flush().catch(() => undefined), FLUSH_MS);
  }

  /** What came before the VM's record was last changed is in that record. */
  forget(id: string, upTo: string): void {
    if ((this.pending.get(id) ?? '') <= upTo) this.pending.delete(id);
    this.version += 1;
  }

  /** Brings all that is pending to the index; what the index refuses is tried again with the next beats. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const taken = new Map(this.pending);
    if (taken.size === 0) return;
    await this.store(taken);
    for (const [id, lastSeen] of taken) if (this.pending.get(id) === lastSeen) this.pending.delete(id);
  }
}
