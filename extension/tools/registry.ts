/** The registry: which VMs there are and how to reach them. */

import { type Heartbeat, type Vm, VM_ROLES, type VmList } from '../contract.ts';
import { anything, choice, list, optional, record, text, whole } from '../schema.ts';
import { tool } from './tool.ts';
import { brief, listed, paged, paging, parts } from './wording.ts';

const status = choice(['running', 'paused', 'stopped'], 'What state it is in');
const role = choice(VM_ROLES, 'What the VM is for');

export const registryTools = [
  tool({
    name: 'registry_list',
    does: 'List the VMs of the swarm, latest registration first.',
    when: 'Use registry_list to see every VM, also those that are stopped or silent.',
    takes: { role: optional(role), status: optional(status), ...paging },
    async run(query, { client }, signal) {
      const { body } = await client.get<VmList>('/registry/vms', paged(query), signal);
      return { text: vmLines(body), body };
    },
  }),
  tool({
    name: 'registry_register',
    does: 'Register a VM so that others find it.',
    when: 'Use registry_register for a VM that runs no agent of its own; agents register themselves.',
    takes: {
      id: text("The VM's id"),
      name: text('What people call it'),
      role,
      address: text('Where it is reached, such as <id>.vm.vers.sh'),
      status: optional(status),
      services: optional(
        list(
          record({
            name: text('What listens'),
            port: whole('TCP port', 1, 65_535),
            healthPath: optional(text('Path that says whether it is well')),
            protocol: optional(text('Such as http')),
          }),
          'What listens on it',
        ),
      ),
      metadata: optional(anything('Anything else')),
      registeredBy: optional(text('You, when not given')),
    },
    async run(input, { client, config }, signal) {
      const { body } = await client.post<Vm>('/registry/vms', { registeredBy: config.agent, ...input }, signal);
      return { text: `Registered: ${vmLine(body)}`, body };
    },
  }),
  tool({
    name: 'registry_discover',
    does: 'Find the VMs with a role that are alive.',
    when: 'Use registry_discover when you need an address to talk to.',
    takes: { role, ...paging },
    async run({ role: wanted, ...query }, { client }, signal) {
      const { body } = await client.get<VmList>(`/registry/discover/${wanted}`, paged(query), signal);
      return { text: vmLines(body), body };
    },
  }),
  tool({
    name: 'registry_heartbeat',
    does: 'Say that a VM is alive.',
    when: 'Use registry_heartbeat for a VM that you have registered; your own is kept alive by itself.',
    takes: { id: text("The VM's id") },
    async run({ id }, { client }, signal) {
      const path = `/registry/vms/${encodeURIComponent(id)}/heartbeat`;
      const { body } = await client.post<Heartbeat>(path, undefined, signal);
      return { text: `${body.id} seen at ${body.lastSeen}`, body };
    },
  }),
];

function vmLines({ vms, nextCursor }: VmList): string {
  return listed(vms, vmLine, { none: 'No VMs match.', nextCursor });
}

function vmLine({ id, name, role: purpose, status: state, address, services = [], lastSeen }: Vm): string {
  const ports = services.map((service) => `${service.name}:${service.port}`).join(' ');
  return parts(id, brief(name, 80), purpose, `[${state}]`, address, ports, `seen ${lastSeen}`);
}
