/** Keeps the hub's skills and extensions up to date: when a session starts, as turns begin, and as they change. */

import { existsSync } from 'node:fs';
import { atMost, type Background, coalesced } from '../background.ts';
import type { Client } from '../client.ts';
import type { ExtensionApi } from '../pi-api.ts';
import type { Screen } from '../screen.ts';
import type { HubSync, SyncOutcome } from './hub-sync.ts';
import { followStream } from './hub-stream.ts';

/** How long the start of a session may wait, so that it sees the skills. */
const START_MS = 1900;
const COOLDOWN_MS = 60_000;

export function followHub(
  pi: ExtensionApi,
  hub: HubSync,
  client: Client,
  background: Background,
  screen: Screen,
): void {
  let cooldown: NodeJS.Timeout | undefined;
  let stream: AbortController | undefined;
  let waitedFor: string | undefined;

  const sync = (tell: (outcome: SyncOutcome) => void): Promise<void> => {
    clearTimeout(cooldown);
    cooldown = setTimeout(() => (cooldown = undefined), COOLDOWN_MS);
    cooldown.unref();
    return background.run('SkillHub', async (signal) => tell(await hub.sync(signal)));
  };
  const announce = ({ changed }: SyncOutcome): void => {
    const names = changed.map(({ action, name }) => `${action} ${name}`).join(', ');
    if (names) screen.tell(`SkillHub: ${names}. /reload to use what is new.`);
  };

  const changed = coalesced(() => sync(announce));

  pi.on('session_start', async (_event, { hasUI, sessionManager }) => {
    stream?.abort();
    const synced = sync(() => undefined);
    if (hasUI) {
      stream = new AbortController();
      void followStream(client, changed, stream.signal);
    }
    // Pi tells of the start of a session twice when it takes another one's place.
    const sessionId = sessionManager.getSessionId();
    if (waitedFor === sessionId) return;
    waitedFor = sessionId;
    await atMost(START_MS, synced);
  });

  pi.on('resources_discover', () => {
    const { path } = hub.folders.skill;
    return existsSync(path) ? { skillPaths: [path] } : {};
  });

  pi.on('turn_start', () => {
    if (cooldown === undefined) void sync(announce);
  });

  pi.on('session_shutdown', () => {
    stream?.abort();
    clearTimeout(cooldown);
    cooldown = undefined;
  });
}
