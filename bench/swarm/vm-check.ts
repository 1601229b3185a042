import { isDeepStrictEqual } from 'node:util';
import type { Vm } from '../../src/modules/registry/vm.entity.ts';
import { type ApiClient, Refused } from './api-client.ts';
import type { KnownVm, Ledger } from './ledger.ts';
import type { Finding } from './verification.ts';

/** Reads each VM and compares it with what this run registered. */
export async function checkVms(client: ApiClient, { vms }: Ledger, heartbeats: boolean): Promise<Finding> {
  const problems: string[] = [];
  let found = 0;
  for (const known of vms.values()) {
    const { id } = known.fields;
    try {
      const vm = await client.read<Vm>(`/registry/vms/${encodeURIComponent(id)}`);
      found += 1;
      problems.push(...(known.isInDoubt ? [] : differences(vm, known)));
      if (heartbeats && vm.lastSeen < known.lastSeen) {
        problems.push(`registry: ${id} was last seen ${vm.lastSeen}, but acknowledged at ${known.lastSeen}`);
      }
    } catch (error) {
      if (!(error instanceof Refused && error.status === 404)) throw error;
      problems.push(`registry: ${id} is missing`);
    }
  }
  return { what: 'VMs', expected: vms.size, found, problems };
}

function differences(vm: Vm, { fields }: KnownVm): string[] {
  const actual: Partial<Record<string, unknown>> = { ...vm };
  return Object.entries(fields).flatMap(([field, value]) => {
    if (isDeepStrictEqual(actual[field], value)) return [];
    return [`registry: ${vm.id} has ${field} ${JSON.stringify(actual[field])}, not ${JSON.stringify(value)}`];
  });
}
