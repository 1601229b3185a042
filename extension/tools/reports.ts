/** Reports: Markdown documents, and links to show them to people without a credential. */

import { list, optional, text } from '../schema.ts';
import { tool } from './tool.ts';
import { brief } from './wording.ts';

interface Report {
  id: string;
  title: string;
}

interface ShareLink {
  linkId: string;
  url: string;
}

export const reportTools = [
  tool({
    name: 'report_create',
    does: 'Keep a Markdown report on the server.',
    when: 'Use report_create for a result that people will read; Mermaid blocks are drawn.',
    takes: {
      title: text('What it is about'),
      content: text('Markdown'),
      tags: optional(list(text('A tag'), 'Tags to find it by')),
      author: optional(text('You, when not given')),
    },
    async run(input, { client, config }, signal) {
      const { body } = await client.post<Report>('/reports', { author: config.agent, ...input }, signal);
      return { text: `Created report ${body.id}: ${brief(body.title)}. report_share makes a link to it.`, body };
    },
  }),
  tool({
    name: 'report_share',
    does: 'Make a public link to a report.',
    when: 'Use report_share to give a report to someone without a credential; whoever has the link can read it.',
    takes: {
      id: text('Id of the report'),
      label: optional(text('Whom the link is for')),
      expiresAt: optional(text('When the link ends, ISO 8601; never when not given')),
      createdBy: optional(text('You, when not given')),
    },
    async run({ id, ...link }, { client, config }, signal) {
      const path = `/reports/${encodeURIComponent(id)}/share`;
      const { body } = await client.post<ShareLink>(path, { createdBy: config.agent, ...link }, signal);
      return { text: body.url, body };
    },
  }),
];
