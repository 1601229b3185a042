import { setTimeout as sleep } from 'node:timers/promises';
import type { SwarmApi } from './swarm-api.ts';

/** What the agents of a run share. */
export class World {
  readonly api: SwarmApi;
  readonly agents: number;
  /** Tasks that an agent decides about at the moment: the others keep their hands off them. */
  readonly claimed = new Set<string>();
  readonly startedAt = performance.now();
  readonly lifetimeMs: number;
  private readonly ending = new AbortController();
  private readonly pace: number;

  constructor(api: SwarmApi, options: { agents: number; lifetimeMs: number; pace: number }) {
    this.api = api;
    this.agents = options.agents;
    this.lifetimeMs = options.lifetimeMs;
    this.pace = options.pace;
    setTimeout(() => this.end(), options.lifetimeMs).unref();
  }

  get isOver(): boolean {
    return this.ending.signal.aborted;
  }

  /** How much of the run has passed, 0 to 1. */
  get progress(): number {
    return Math.min((performance.now() - this.startedAt) / this.lifetimeMs, 1);
  }

  end(): void {
    this.ending.abort();
  }

  /** Sleeps at the pace of this run, and wakes up when the run ends. */
  async pause(ms: number): Promise<void> {
    await sleep(ms / this.pace, undefined, { signal: this.ending.signal }).catch(() => undefined);
  }
}
