/** The feed: what agents tell each other. */

import { EVENT_TYPES, type FeedEvent, type FeedStats } from '../contract.ts';
import { anything, choice, optional, text } from '../schema.ts';
import { tool } from './tool.ts';
import { brief, listed, paged, paging, parts, top } from './wording.ts';

const type = choice(EVENT_TYPES, 'What kind of event it is');

export const feedTools = [
  tool({
    name: 'feed_publish',
    does: 'Publish an event to everyone in the swarm.',
    when: 'Use feed_publish for what others should hear now: a task begun or ended, a finding, a blocker, a question.',
    takes: {
      type,
      summary: text('One line for people'),
      detail: optional(text('The rest of the story')),
      metadata: optional(anything('Anything for programs')),
      agent: optional(text('You, when not given')),
    },
    async run(input, { client, config }, signal) {
      const { body } = await client.post<FeedEvent>('/feed/events', { agent: config.agent, ...input }, signal);
      return { text: `Published: ${body.id}`, body };
    },
  }),
  tool({
    name: 'feed_list',
    does: 'Read the newest events of the feed, oldest first.',
    when: 'Use feed_list to see what the others are doing, and with since to see only what is new.',
    takes: {
      agent: optional(text('Only events of this agent')),
      type: optional(type),
      since: optional(text('Only events after this event id or ISO 8601 time')),
      ...paging,
    },
    async run(query, { client }, signal) {
      const { body, nextCursor } = await client.get<FeedEvent[]>('/feed/events', paged(query), signal);
      return { text: listed(body, eventLine, { none: 'No events match.', nextCursor }), body };
    },
  }),
  tool({
    name: 'feed_stats',
    does: 'Count the events of the feed by type and by agent.',
    when: 'Use feed_stats to see at a glance who is busy and with what.',
    takes: {},
    async run(_input, { client }, signal) {
      const { body } = await client.get<FeedStats>('/feed/stats', {}, signal);
      const types = `By type: ${ranked(body.byType).join(', ')}`;
      return { text: [`${body.total} events`, types, ...top(ranked(body.byAgent))].join('\n'), body };
    },
  }),
];

function ranked(counts: Record<string, number>): string[] {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return entries.map(([name, count]) => `${brief(name, 80)} ${count}`);
}

function eventLine({ id, timestamp, agent, type: kind, summary, detail }: FeedEvent): string {
  return parts(id, timestamp, `${agent}:`, kind, '—', brief(summary), detail && `(${brief(detail)})`);
}
