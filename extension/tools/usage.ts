/** Usage: what the swarm costs. */

import { USAGE_VM_ROLES, type UsageSession, type UsageSessionList, type UsageSum } from '../contract.ts';
import type { UsageSummary, UsageVm, UsageVmList } from '../contract.ts';
import { choice, optional, text } from '../schema.ts';
import { tool } from './tool.ts';
import { brief, dollars, listed, paged, paging, parts, top } from './wording.ts';

const agent = optional(text('Only of this agent'));
const range = optional(text('How far back, such as 24h, 7d or 4w'));

export const usageTools = [
  tool({
    name: 'usage_summary',
    does: 'Sum up tokens and cost of the swarm, in all and by agent.',
    when: 'Use usage_summary to see what the swarm has cost lately and who has used most.',
    takes: { range },
    async run(query, { client }, signal) {
      const { body } = await client.get<UsageSummary>('/usage', query, signal);
      const agents = Object.entries(body.byAgent).sort(([, a], [, b]) => b.cost.total - a.cost.total);
      const lines = agents.map(([name, sum]) => `${brief(name, 80)}: ${sumLine(sum)}`);
      const head = `Last ${body.range}: ${sumLine(body.totals)}, ${body.totals.vms} VMs`;
      return { text: [head, ...top(lines)].join('\n'), body };
    },
  }),
  tool({
    name: 'usage_sessions',
    does: 'List recorded runs of agents with their tokens and cost, latest start first.',
    when: 'Use usage_sessions to see single runs; usage_summary adds them up.',
    takes: { agent, range, ...paging },
    async run(query, { client }, signal) {
      const { body } = await client.get<UsageSessionList>('/usage/sessions', paged(query), signal);
      const { sessions, nextCursor } = body;
      return { text: listed(sessions, sessionLine, { none: 'No sessions match.', nextCursor }), body };
    },
  }),
  tool({
    name: 'usage_vms',
    does: 'List recorded VMs: whose, since when and until when, latest creation first.',
    when: 'Use usage_vms to find VMs that were never destroyed, and how long others have lived.',
    takes: { role: optional(choice(USAGE_VM_ROLES, 'Only with this role')), agent, range, ...paging },
    async run(query, { client }, signal) {
      const { body } = await client.get<UsageVmList>('/usage/vms', paged(query), signal);
      const { vms, nextCursor } = body;
      return { text: listed(vms, vmLine, { none: 'No VMs match.', nextCursor }), body };
    },
  }),
];

function sumLine({ tokens, cost, sessions }: UsageSum): string {
  return `${tokens.total} tokens, ${dollars(cost.total)}, ${sessions} sessions`;
}

function sessionLine({ startedAt, agent: who, model, tokens, cost, turns }: UsageSession): string {
  return `${startedAt} ${who} ${model}: ${tokens.total} tokens, ${dollars(cost.total)}, ${turns} turns`;
}

function vmLine({ vmId, role, agent: who, commitId, createdAt, destroyedAt }: UsageVm): string {
  const end = destroyedAt ?? 'now';
  return parts(vmId, role, who, commitId && `from ${commitId}`, `${createdAt} – ${end}`);
}
