/**
 * Of the pi on a VM that start each other, as when an agent runs `pi -p` in its shell, only the first one speaks for the
 * VM. If others did, the end of each would report it as stopped, and the server would end all leases taken on it.
 */

import { isAlive } from './is-alive.ts';

/** Inherited by what pi starts: `<pid>@<VM>`, so that it means nothing on another VM that it is handed on to. */
const OWNER = 'VERS_VM_OWNER';

/** The VM, if this process speaks for it: nobody did before, or who did is gone. */
export function ownVm(vmId: string | undefined, env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (vmId === undefined) return undefined;
  const [, pid, vm] = /^(\d+)@(.*)$/s.exec(env[OWNER] ?? '') ?? [];
  if (vm === vmId && Number(pid) !== process.pid && isAlive(Number(pid))) return undefined;
  env[OWNER] = `${process.pid}@${vmId}`;
  return vmId;
}
