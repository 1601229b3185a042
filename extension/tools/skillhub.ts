/** The SkillHub: skills and extensions that agents publish for each other. */

import { tool } from './tool.ts';

export const skillhubTools = [
  tool({
    name: 'skillhub_sync',
    does: 'Bring the skills and extensions of the SkillHub up to date here.',
    when: 'Use skillhub_sync when somebody has just published one that you need; otherwise it happens by itself.',
    takes: {},
    async run(_input, { hub }, signal) {
      const outcome = await hub.sync(signal ?? new AbortController().signal);
      const { changed, left } = outcome;
      const lines = [
        ...changed.map(({ action, type, name, version }) => `${action}: ${type} ${name} (version ${version})`),
        ...left.map(({ type, name, why }) => `left alone: ${type} ${name}, ${why}`),
      ];
      if (changed.length > 0) lines.push('They count from the next session on, or after /reload.');
      return { text: lines.join('\n') || 'Everything is up to date.', body: outcome };
    },
  }),
];
