/** Commits: the ledger of VM snapshots. */

import type { Commit, CommitList } from '../contract.ts';
import { anything, list, optional, text } from '../schema.ts';
import { tool } from './tool.ts';
import { brief, listed, paged, paging, parts } from './wording.ts';

export const commitTools = [
  tool({
    name: 'commit_record',
    does: 'Record a snapshot of a VM in the ledger of commits.',
    when: 'Use commit_record for snapshots that were not made by vers_vm_commit; those are recorded by themselves.',
    takes: {
      commitId: text("The commit's own id"),
      vmId: text('The VM that it is a snapshot of'),
      label: optional(text('What it is, such as golden-node24')),
      agent: optional(text('You, when not given')),
      tags: optional(list(text('A tag'), 'Tags to find it by')),
      metadata: optional(anything('Anything else')),
    },
    async run(input, { client, config }, signal) {
      const { body } = await client.post<Commit>('/commits', { agent: config.agent, ...input }, signal);
      return { text: `Recorded: ${commitLine(body)}`, body };
    },
  }),
  tool({
    name: 'commit_list',
    does: 'List recorded snapshots of VMs, newest first.',
    when: 'Use commit_list to find the snapshot to restore a VM from.',
    takes: {
      tag: optional(text('Only with this tag')),
      agent: optional(text('Only of this agent')),
      label: optional(text('Only with this label')),
      vmId: optional(text('Only of this VM')),
      since: optional(text('Earliest time, ISO 8601, inclusive')),
      ...paging,
    },
    async run(query, { client }, signal) {
      const { body } = await client.get<CommitList>('/commits', paged(query), signal);
      const { commits, nextCursor } = body;
      return { text: listed(commits, commitLine, { none: 'No commits match.', nextCursor }), body };
    },
  }),
];

function commitLine({ commitId, vmId, timestamp, label, agent, tags = [] }: Commit): string {
  const marks = tags.map((tag) => `#${tag}`).join(' ');
  return parts(commitId, `of ${vmId}`, brief(label, 80), timestamp, agent && `by ${agent}`, marks);
}
