/** The leases that this agent holds. Their fences stay here: what a model has seen it may hand on, or mistake. */

import type { Reply } from '../client.ts';
import type { Config } from '../config.ts';
import type { Claim, Lease, Task } from '../contract.ts';
import { ServiceError } from '../service-error.ts';

export interface Held {
  id: string;
  title: string;
  lease: Lease;
}

/** How long a claim lasts without a renewal. */
export const LEASE_SECONDS = 900;

export class Leases {
  /** Of pi's session: what another one of the same agent holds is not ours. */
  session?: string;
  private readonly held = new Map<string, Held>();

  constructor(private readonly config: Config) {}

  /** Who claims, and for how long. */
  get claimer(): { agent: string; session?: string; vmId?: string; leaseSeconds: number } {
    const { agent, vmId } = this.config;
    return { agent, session: this.session, vmId, leaseSeconds: LEASE_SECONDS };
  }

  get all(): Held[] {
    return [...this.held.values()];
  }

  keep({ task, lease }: Claim): void {
    this.held.set(task.id, { id: task.id, title: task.title, lease });
  }

  /** Takes up the leases of this session that it does not know of any more. */
  adopt(tasks: Task[]): void {
    const { agent, session } = this.claimer;
    for (const task of tasks) {
      const { lease } = task;
      if (lease?.agent === agent && lease.session === session) this.keep({ task, lease });
    }
  }

  drop(id: string): void {
    this.held.delete(id);
  }

  clear(): void {
    this.held.clear();
  }

  /** Does what only the holder may do. */
  async asHolder(id: string, call: (fence: number) => Promise<Reply<Task>>): Promise<Task> {
    const fence = this.held.get(id)?.lease.fence;
    if (fence === undefined) {
      throw new ServiceError(
        `you do not hold ${id}. Claim it with board_claim, or the next ready task with board_next.`,
      );
    }
    return this.change(id, () => call(fence));
  }

  /** Changes a task, as its holder if this is one, and notices when the lease has ended by it. */
  async change(id: string, call: (fence?: number) => Promise<Reply<Task>>): Promise<Task> {
    const fence = this.held.get(id)?.lease.fence;
    try {
      const { body } = await call(fence);
      if (fence !== undefined && body.lease?.fence !== fence) this.drop(id);
      return body;
    } catch (error) {
      if (isLost(error)) this.drop(id);
      throw error;
    }
  }
}

/** True when the server says that a lease is not ours any more. */
export function isLost(error: unknown): boolean {
  return error instanceof ServiceError && (error.code === 'lease_lost' || error.status === 404);
}
