import { setTimeout as sleep } from 'node:timers/promises';
import type { SwarmApi } from './swarm-api.ts';

const LEASE_SECONDS = 120;
const SHORTEST_LEASE_SECONDS = 30;

interface WorldOptions {
  agents: number;
  lifetimeMs: number;
  pace: number;
  chaos: { kill: number; pause: number };
}

/** What the agents of a run share. */
export class World {
  readonly api: SwarmApi;
  readonly agents: number;
  /** Tasks that an agent decides about at the moment: the others keep their hands off them. */
  readonly claimed = new Set<string>();
  readonly startedAt = performance.now();
  readonly lifetimeMs: number;
  readonly leaseSeconds: number;
  /** The shares of workers that vanish with a task in hand, and that sleep past their lease. */
  readonly chaos: { kill: number; pause: number };
  private readonly ending = new AbortController();
  private readonly pace: number;

  constructor(api: SwarmApi, options: WorldOptions) {
    this.api = api;
    this.agents = options.agents;
    this.lifetimeMs = options.lifetimeMs;
    this.pace = options.pace;
    this.chaos = options.chaos;
    this.leaseSeconds = options.chaos.kill + options.chaos.pause > 0 ? SHORTEST_LEASE_SECONDS : LEASE_SECONDS;
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

  /** Sleeps for real, and wakes up when the run ends. */
  sleep(ms: number): Promise<void> {
    return this.pause(ms * this.pace);
  }

  /** Sleeps at the pace of this run, and wakes up when the run ends. */
  async pause(ms: number): Promise<void> {
    await sleep(ms / this.pace, undefined, { signal: this.ending.signal }).catch(() => undefined);
  }
}
