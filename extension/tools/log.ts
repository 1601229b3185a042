/** The work log and the journal. */

import type { JournalEntry, LogEntries, LogEntry } from '../contract.ts';
import { flag, list, optional, text } from '../schema.ts';
import { tool } from './tool.ts';
import { brief, listed, paged, paging } from './wording.ts';

export const logTools = [
  tool({
    name: 'log_append',
    does: "Append a line to the swarm's work log.",
    when: 'Use log_append for what you did and decided, so that the day can be read afterwards.',
    takes: { text: text('What happened'), agent: optional(text('You, when not given')) },
    async run(input, { client, config }, signal) {
      const { body } = await client.post<LogEntry>('/log', { agent: config.agent, ...input }, signal);
      return { text: `Logged at ${body.timestamp}`, body };
    },
  }),
  tool({
    name: 'log_query',
    does: "Read the swarm's work log, oldest first.",
    when: 'Use log_query to find out what was done lately, before you ask or do it again.',
    takes: {
      since: optional(text('Earliest time, ISO 8601, inclusive')),
      until: optional(text('Latest time, ISO 8601, inclusive')),
      last: optional(text('How far back, such as 30m, 24h or 7d; 24h when no time is given')),
      raw: optional(flag("`true` for the server's plain text with full lines")),
      ...paging,
    },
    async run({ raw, ...query }, { client }, signal) {
      if (raw) {
        const { body, nextCursor } = await client.text('/log/raw', paged(query), signal);
        const more = nextCursor === undefined ? '' : `Older entries: cursor "${nextCursor}".`;
        return { text: `${body}${more}` || 'No entries in that time.', body };
      }
      const { body } = await client.get<LogEntries>('/log', paged(query), signal);
      const { entries, nextCursor } = body;
      return { text: listed(entries, entryLine, { none: 'No entries in that time.', nextCursor }), body };
    },
  }),
  tool({
    name: 'journal_entry',
    does: 'Write an entry in the journal: a thought, a mood, a lesson.',
    when: 'Use journal_entry for what you think or have learned; what happened goes into log_append.',
    takes: {
      text: text('The thought'),
      mood: optional(text('One word')),
      tags: optional(list(text('A tag'), 'Tags to find it by')),
    },
    async run(input, { client, config }, signal) {
      const { body } = await client.post<JournalEntry>('/journal', { ...input, author: config.agent }, signal);
      return { text: `Written at ${body.timestamp}`, body };
    },
  }),
];

function entryLine({ timestamp, agent, text: content }: LogEntry): string {
  return `[${timestamp}] ${agent === undefined ? '' : `(${agent}) `}${brief(content, 400)}`;
}
