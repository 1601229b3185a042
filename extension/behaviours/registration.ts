/** Keeps VMs in the registry: this one for as long as pi lives, and those that other extensions say they have made. */

import type { Background } from '../background.ts';
import type { Client } from '../client.ts';
import { ServiceError } from '../service-error.ts';
import type { Config } from '../config.ts';
import { VM_ROLES, type VmRole } from '../contract.ts';
import type { ExtensionApi } from '../pi-api.ts';

const HEARTBEAT_MS = 60_000;

interface VmInput {
  id: string;
  name: string;
  role: VmRole;
  address: string;
  registeredBy: string;
  metadata?: object;
}

export function keepRegistered(pi: ExtensionApi, client: Client, config: Config, background: Background): void {
  const { vmId, agent, role } = config;
  // One after the other, so that the last state wins.
  const next = background.lane('registry');
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe: (() => void)[] = [];

  const register = async (vm: VmInput, signal: AbortSignal): Promise<void> => {
    try {
      await client.post('/registry/vms', vm, signal);
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
      const { name, role: purpose, address, metadata } = vm;
      await client.patch(vmPath(vm.id), { name, role: purpose, address, status: 'running', metadata }, signal);
    }
  };

  const stop = (): void => {
    clearInterval(timer);
    for (const end of unsubscribe) end();
    unsubscribe = [];
  };

  pi.on('session_start', () => {
    stop();
    for (const [channel, arrange] of Object.entries(EVENTS)) {
      const end = pi.events.on(channel, (data) => {
        const { id, vm } = arrange(fieldsOf(data), agent);
        if (id === undefined) return;
        next((signal) => (vm ? register(vm, signal) : deregister(client, id, signal)));
      });
      unsubscribe.push(end);
    }
    if (vmId === undefined) return;
    const self = { id: vmId, name: agent, role: vmRole(role), address: addressOf(vmId), registeredBy: agent };
    next((signal) => register(self, signal));
    timer = setInterval(() => next((signal) => beat(client, vmId, signal, () => register(self, signal))), HEARTBEAT_MS);
    timer.unref();
  });

  pi.on('session_shutdown', ({ reason = 'quit' }) => {
    stop();
    // Another session of the same agent follows otherwise.
    if (vmId === undefined || reason !== 'quit') return;
    next(async (signal) => {
      // The server would end them when the VM is stopped, and say that this was the reason.
      await background.over('leases');
      await client.patch(vmPath(vmId), { status: 'stopped' }, signal);
    });
  });
}

type Fields = Record<string, string | undefined>;
/** What an event asks for: a VM to be registered, or only the id of one to be taken off. */
type Arrange = (fields: Fields, registeredBy: string) => { id?: string; vm?: VmInput };

const EVENTS: Record<string, Arrange> = {
  'vers:agent_spawned': ({ vmId, label, role, address, commitId }, by) =>
    newVm({ id: vmId, name: label, role: role ?? 'worker', address, metadata: { commitId } }, by),
  'vers:lt_created': ({ vmId, name, role, address, ltRole, commitId, createdAt }, by) =>
    newVm({ id: vmId, name, role: role ?? 'lieutenant', address, metadata: { ltRole, commitId, createdAt } }, by),
  'vers:agent_destroyed': ({ vmId }) => ({ id: vmId }),
  'vers:lt_destroyed': ({ vmId }) => ({ id: vmId }),
};

function newVm(
  {
    id,
    name,
    role,
    address,
    metadata,
  }: { id?: string; name?: string; role: string; address?: string; metadata: object },
  registeredBy: string,
): { id?: string; vm?: VmInput } {
  if (id === undefined) return {};
  const isKnown = Object.values(metadata).some((value) => value !== undefined);
  const [known, where] = [isKnown ? metadata : undefined, address ?? addressOf(id)];
  return { id, vm: { id, name: name ?? id, role: vmRole(role), address: where, registeredBy, metadata: known } };
}

async function beat(client: Client, id: string, signal: AbortSignal, orElse: () => Promise<void>): Promise<void> {
  try {
    await client.post(`${vmPath(id)}/heartbeat`, undefined, signal);
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
    await orElse();
  }
}

async function deregister(client: Client, id: string, signal: AbortSignal): Promise<void> {
  try {
    await client.delete(vmPath(id), signal);
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
  }
}

function fieldsOf(data: unknown): Fields {
  const entries = Object.entries((data ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.map(([name, value]) => [name, asText(value)]));
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

const vmPath = (id: string): string => `/registry/vms/${encodeURIComponent(id)}`;
const addressOf = (id: string): string => `${id}.vm.vers.sh`;
/** The registry knows fewer roles than agents have. */
const vmRole = (role: string): VmRole => VM_ROLES.find((known) => known === role) ?? 'custom';
const hasStatus = (error: unknown, status: number): boolean => error instanceof ServiceError && error.status === status;
