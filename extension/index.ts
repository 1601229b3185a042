/**
 * Agent services for pi: tools for each service of the swarm's server, and what every agent should do by itself.
 *
 * While a session runs, it registers the VM and keeps it alive, tells the feed when the agent works and what it takes,
 * keeps the tasks it has claimed, records usage, VMs and snapshots, follows the SkillHub, and shows how the swarm is doing. All of that is best effort:
 * it runs beside pi's work, is cut off when it takes too long, and says in the status line when the server fails it.
 *
 * Pi runs this file as it is. Nothing here needs a package to be installed, of pi or of anyone else.
 */

import { Background } from './background.ts';
import { recordVms } from './behaviours/vm-lifecycle.ts';
import { keepRegistered } from './behaviours/registration.ts';
import { followRuns } from './behaviours/runs.ts';
import { showStatus } from './behaviours/status-widget.ts';
import { Client } from './client.ts';
import { readConfig } from './config.ts';
import { keepLeases } from './leases/keep-leases.ts';
import { Leases } from './leases/leases.ts';
import { followHub } from './hub/hub.ts';
import { HubSync } from './hub/hub-sync.ts';
import type { ExtensionApi } from './pi-api.ts';
import { Screen } from './screen.ts';
import { registerTools } from './tools/all.ts';
import { ownVm } from './vm-owner.ts';

/** How long a report of a behaviour may take. */
const REPORT = { timeoutMs: 5000, tries: 2 };
/** How long the end of a session may wait for what is under way. */
const CLOSE_MS = 1900;

export default function agentServices(pi: ExtensionApi): void {
  const config = readConfig();
  const client = new Client(config);
  const reports = new Client(config, REPORT);
  const screen = new Screen();
  const background = new Background(screen);
  const hub = new HubSync(reports, config, pi);
  const own = { ...config, vmId: ownVm(config.vmId) };
  const leases = new Leases(own);

  registerTools(pi, { client, config, hub, leases });
  pi.on('session_start', (_event, ctx) => {
    background.open();
    screen.attach(ctx);
    if (config.problem !== undefined) screen.trouble('configuration', config.problem);
  });
  if (config.url !== undefined) {
    // Before the registration, which at the session's end waits for what this has started.
    keepLeases(pi, reports, leases, background);
    keepRegistered(pi, reports, own, background);
    followRuns(pi, reports, config, background);
    recordVms(pi, reports, config, background);
    showStatus(pi, reports, background, screen);
    followHub(pi, hub, reports, background, screen);
  }
  pi.on('session_shutdown', async () => {
    await background.close(CLOSE_MS);
    screen.detach();
  });
}
