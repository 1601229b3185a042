/** Records what the `vers_vm_*` tools do: VMs that come and go, and snapshots of them. */

import type { Background } from '../background.ts';
import type { Client } from '../client.ts';
import { ServiceError } from '../service-error.ts';
import type { Config } from '../config.ts';
import { USAGE_VM_ROLES } from '../contract.ts';
import type { ExtensionApi, ToolResultEvent } from '../pi-api.ts';
import { commitIdIn, vmIdIn } from './ids-in-text.ts';

const TOOL = /^vers_vm_(create|restore|delete|commit)$/;

export function recordVms(pi: ExtensionApi, client: Client, config: Config, background: Background): void {
  const { agent } = config;
  const next = background.lane('VMs');

  pi.on('tool_result', (event) => {
    const action = TOOL.exec(event.toolName)?.[1];
    if (action === undefined || event.isError) return;
    const { vmId, commitId, role, label, tags } = readResult(event, action);
    if (vmId === undefined) return;
    const now = new Date().toISOString();
    const end = action === 'delete' ? { destroyedAt: now } : {};
    next((signal) => client.post('/usage/vms', { vmId, role, agent, commitId, createdAt: now, ...end }, signal));
    if (action !== 'commit' || commitId === undefined) return;
    next((signal) => record(client, { commitId, vmId, label, agent, tags }, signal));
  });
}

interface Result {
  vmId?: string;
  commitId?: string;
  role: string;
  label?: string;
  tags?: string[];
}

/** What was made is in the text of the result; what was there before is in the input. */
function readResult({ input, content }: ToolResultEvent, action: string): Result {
  const text = content.map((part) => part.text ?? '').join('\n');
  const commitId = textOf(input['commitId']) ?? commitIdIn(text);
  const [told, given] = [vmIdIn(text, commitId), textOf(input['vmId'])];
  const isNew = action === 'create' || action === 'restore';
  const role = USAGE_VM_ROLES.find((known) => known === input['role']) ?? 'worker';
  const tags = Array.isArray(input['tags']) ? input['tags'].filter((tag) => typeof tag === 'string') : undefined;
  return {
    vmId: isNew ? (told ?? given) : (given ?? told),
    commitId,
    role: action === 'commit' ? 'golden' : role,
    label: textOf(input['label']) ?? textOf(input['name']),
    tags,
  };
}

async function record(client: Client, commit: object, signal: AbortSignal): Promise<void> {
  try {
    await client.post('/commits', commit, signal);
  } catch (error) {
    if (!(error instanceof ServiceError && error.status === 409)) throw error;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
