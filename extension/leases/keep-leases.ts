/**
 * Renews the leases of this agent while it works, so that a model may think for as long as it likes. An agent that waits
 * for its next prompt renews nothing: what it has left lying is somebody else's when the lease is over. Nothing but this
 * process renews, so that no lease outlives its agent.
 */

import type { Background } from '../background.ts';
import type { Client } from '../client.ts';
import type { TaskList } from '../contract.ts';
import { messageOf } from '../service-error.ts';
import type { AgentMessage, ExtensionApi } from '../pi-api.ts';
import { brief } from '../tools/wording.ts';
import { type Held, isLost, LEASE_SECONDS, type Leases } from './leases.ts';

/**
 * A fifth of the lease: more often, a swarm's renewals would be most of what the board's log holds; more seldom, an outage
 * of some minutes would cost the task.
 */
const RENEW_MS = (LEASE_SECONDS * 1000) / 5;
/** After one that failed: a server that was away for long keeps the leases for a minute when it is back. */
const AGAIN_MS = 30_000;
/** Each is a note on the task. */
const PROGRESS_MS = 5 * 60_000;
const ADOPTED_MAX = 100;

export function keepLeases(pi: ExtensionApi, client: Client, leases: Leases, background: Background): void {
  const next = background.lane('leases');
  let timer: NodeJS.Timeout | undefined;
  const progress = new Progress();

  const renew = async (held: Held, news: string | undefined, signal: AbortSignal): Promise<void> => {
    const { id, lease } = held;
    try {
      const body = { fence: lease.fence, leaseSeconds: LEASE_SECONDS, progress: news };
      const path = `/board/tasks/${encodeURIComponent(id)}/renew`;
      // The fence makes a renewal harmless that arrives twice; a note would then be there twice.
      await (news === undefined ? client.repeat(path, body, signal) : client.post(path, body, signal));
    } catch (error) {
      if (!isLost(error)) {
        if (timer !== undefined) renewIn(AGAIN_MS);
        throw error;
      }
      if (!leases.all.includes(held)) return;
      leases.drop(id);
      const options = { deliverAs: 'steer' } as const;
      pi.sendMessage({ customType: 'lease-lost', content: lost(held, messageOf(error)), display: true }, options);
    }
  };

  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };

  const renewIn = (milliseconds: number): void => {
    clearTimeout(timer);
    timer = setTimeout(renewAll, milliseconds);
    timer.unref();
  };

  const renewAll = (): void => {
    renewIn(RENEW_MS);
    const held = leases.all;
    const news = held.length > 0 ? progress.take() : undefined;
    for (const each of held) next((signal) => renew(each, news, signal));
  };

  pi.on('session_start', (_event, { sessionManager }) => {
    stop();
    leases.clear();
    leases.session = sessionManager.getSessionId();
    // What it held before it was reloaded, or before it was killed and resumed.
    next(async (signal) => {
      const mine = { assignee: leases.claimer.agent, status: 'in_progress', limit: ADOPTED_MAX };
      leases.adopt((await client.get<TaskList>('/board/tasks', mine, signal)).body.tasks);
      const isAtWork = timer !== undefined;
      if (isAtWork) renewAll();
    });
  });

  // At once, so that what was lost while it was idle is told now.
  pi.on('agent_start', renewAll);

  pi.on('turn_end', ({ message }) => progress.turned(message));
  pi.on('agent_end', stop);

  pi.on('session_shutdown', ({ reason = 'quit' }) => {
    stop();
    if (reason === 'reload') return;
    for (const { id, lease } of leases.all) {
      const body = { fence: lease.fence, reason: 'its session has ended' };
      next((signal) => client.post(`/board/tasks/${encodeURIComponent(id)}/release`, body, signal));
    }
    leases.clear();
  });
}

/** What the agent said last, now and then. */
class Progress {
  private said?: string;
  private toldAt = -Infinity;

  turned({ role, content }: AgentMessage): void {
    if (role !== 'assistant' || !Array.isArray(content)) return;
    const text = content
      .map((part) => (part.type === 'text' ? part.text : undefined))
      .filter(Boolean)
      .join(' ');
    const tools = content.flatMap((part) => (part.type === 'toolCall' ? [part.name] : []));
    this.said = text === '' ? `Working: ${tools.join(', ')}` : brief(text, 300);
  }

  /** The latest, if there is any since it was told, and that is long enough ago. */
  take(): string | undefined {
    if (performance.now() - this.toldAt < PROGRESS_MS) return undefined;
    const { said } = this;
    if (said !== undefined) this.toldAt = performance.now();
    this.said = undefined;
    return said;
  }
}

function lost({ id, title }: Held, why: string): string {
  return (
    `You have lost the task ${id} "${brief(title)}": ${why}\n` +
    'Stop working on it now: another agent may already be at it, and what you still do collides with theirs. Put what ' +
    'they should know into a note (board_add_note), then take another task with board_next.'
  );
}
