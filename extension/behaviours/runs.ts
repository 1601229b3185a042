/** Follows the agent's runs: tells the feed, and records what each of them has used. */

import type { Background } from '../background.ts';
import type { Client } from '../client.ts';
import type { Config } from '../config.ts';
import type { ExtensionApi } from '../pi-api.ts';
import { Outbox } from './outbox.ts';
import { Presence } from './presence.ts';
import { RunUsage } from './run-usage.ts';

interface Run {
  usage: RunUsage;
  file: string;
  end: () => void;
}

export function followRuns(pi: ExtensionApi, client: Client, config: Config, background: Background): void {
  const presence = new Presence(client, config, background);
  const outbox = new Outbox(client, config.agentDir);
  let run: Run | undefined;

  const keep = ({ usage, file }: Run, hasEnded: boolean): void => {
    if (usage.isWorthRecording) background.now('disk', () => outbox.keep(file, usage.record(config), hasEnded));
  };

  pi.on('session_start', () => {
    run?.end();
    run = undefined;
    presence.sessionStarted();
    void background.run('usage', (signal) => outbox.flush(signal));
  });

  // In print mode pi up to 0.74 ends the session before its last events: they must not need the session any more.
  pi.on('agent_start', (_event, ctx) => {
    const usage = new RunUsage(ctx.sessionManager.getSessionId(), ctx.model?.id ?? 'unknown');
    background.hold(new Promise((end) => (run = { usage, file: outbox.newFile(), end })));
    presence.started(usage);
  });

  pi.on('tool_execution_end', ({ toolName }) => run?.usage.toolCall(toolName));

  pi.on('turn_end', ({ message }) => {
    if (!run || message.role !== 'assistant') return;
    const tokens = run.usage.turn(message);
    keep(run, false);
    if (tokens) presence.turned(tokens);
  });

  pi.on('agent_end', () => {
    if (!run) return;
    keep(run, true);
    presence.stopped(run.usage);
    void background.run('usage', (signal) => outbox.flush(signal));
    run.end();
    run = undefined;
  });
}
