/** Shows how the swarm is doing, every 30 seconds, to whoever sits at pi. */

import type { Background } from '../background.ts';
import type { Client } from '../client.ts';
import type { SwarmStatus } from '../contract.ts';
import type { ExtensionApi } from '../pi-api.ts';
import type { Screen } from '../screen.ts';

const REFRESH_MS = 30_000;

export function showStatus(pi: ExtensionApi, client: Client, background: Background, screen: Screen): void {
  let timer: NodeJS.Timeout | undefined;

  const refresh = (): Promise<void> =>
    background.run('status', async (signal) => {
      const { body } = await client.get<SwarmStatus>('/status', {}, signal);
      if (!signal.aborted) screen.widget([statusLine(body)]);
    });

  pi.on('session_start', (_event, { hasUI }) => {
    clearInterval(timer);
    if (!hasUI) return;
    void refresh();
    timer = setInterval(() => void refresh(), REFRESH_MS);
    timer.unref();
  });

  pi.on('session_shutdown', () => clearInterval(timer));
}

function statusLine({ tasks, vms, events }: SwarmStatus): string {
  const states = Object.entries(tasks).filter(([status, count]) => count > 0 || status === 'open');
  const board = states.map(([status, count]) => `${count} ${status.replaceAll('_', ' ')}`).join(', ');
  return `Board: ${board} · VMs: ${vms.alive} of ${vms.total} alive · Feed: ${events.total} events`;
}
