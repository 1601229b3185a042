import { isDeepStrictEqual } from 'node:util';

/** A record as an answer holds it. */
export type Item = Record<string, unknown>;

/** A service of independent records: how one is written, and how those of a round are read back. */
export interface RecordService {
  name: string;
  path: string;
  body(mark: string, round: string): object;
  /** Where the records of a round, or more than them, are listed. */
  list(round: string, since: string): string;
  /** The items of that list. */
  items(answer: unknown): Item[];
  /** The mark of an item. */
  markOf(item: Item): unknown;
  /** What the answer to a write has and the list leaves out. */
  unlisted?: string;
}

const listed =
  (name: string) =>
  (answer: unknown): Item[] =>
    (answer as Record<string, Item[]>)[name] ?? [];
const COUNTS = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, total: 10 };
const [STARTED, ENDED] = ['2026-01-31T12:00:00.000Z', '2026-01-31T12:20:00.000Z'];

export const RECORD_SERVICES: RecordService[] = [
  {
    name: 'feed',
    path: '/feed/events',
    body: (mark, round) => ({ agent: round, type: 'custom', summary: mark, metadata: { mark } }),
    list: (round) => `/feed/events?agent=${round}&limit=0`,
    items: (answer) => answer as Item[],
    markOf: ({ summary }) => summary,
  },
  {
    name: 'log',
    path: '/log',
    body: (mark, round) => ({ text: mark, agent: round }),
    list: (_, since) => `/log?since=${since}`,
    items: listed('entries'),
    markOf: ({ text }) => text,
  },
  {
    name: 'journal',
    path: '/journal',
    body: (mark, round) => ({ text: mark, author: round, tags: ['torture'] }),
    list: (round, since) => `/journal?since=${since}&author=${round}`,
    items: listed('entries'),
    markOf: ({ text }) => text,
  },
  {
    name: 'commits',
    path: '/commits',
    body: (mark, round) => ({ commitId: mark, vmId: 'vm', tags: [round] }),
    list: (round) => `/commits?tag=${round}`,
    items: listed('commits'),
    markOf: ({ commitId }) => commitId,
  },
  {
    name: 'usage',
    path: '/usage/sessions',
    body: (mark, round) => ({
      sessionId: mark,
      agent: round,
      model: 'model',
      tokens: COUNTS,
      cost: COUNTS,
      turns: 1,
      startedAt: STARTED,
      endedAt: ENDED,
    }),
    list: (round) => `/usage/sessions?agent=${round}`,
    items: listed('sessions'),
    markOf: ({ sessionId }) => sessionId,
  },
  {
    name: 'registry',
    path: '/registry/vms',
    body: (mark, round) => ({ id: mark, name: mark, role: 'worker', address: 'x', registeredBy: round }),
    list: () => '/registry/vms',
    items: listed('vms'),
    markOf: ({ id }) => id,
  },
  {
    name: 'skills',
    path: '/skills/items',
    body: (mark, round) => ({ name: mark, description: 'd', content: mark, publishedBy: round, tags: [round] }),
    list: (round) => `/skills/items?tag=${round}`,
    items: listed('skills'),
    markOf: ({ name }) => name,
  },
  {
    name: 'reports',
    path: '/reports',
    body: (mark, round) => ({ title: mark, author: round, content: `# ${mark}`, tags: [round] }),
    list: (round) => `/reports?tag=${round}`,
    items: listed('reports'),
    markOf: ({ title }) => title,
    unlisted: 'content',
  },
];

/** What was sent of one service in a round: the answer, or nothing where none came. */
export type Sent = Map<string, Item | undefined>;

/** Compares what is stored with what was sent: everything that was answered, once, as it was answered; nothing else. */
export function compare(
  { name, unlisted = '' }: RecordService,
  sent: Sent,
  stored: [mark: string, item: Item][],
): string[] {
  const found = new Map(stored);
  const problems = [...sent].flatMap(([mark, answer]) => {
    if (answer === undefined) return [];
    const item = found.get(mark);
    if (!item) return [`${name}: ${mark} was acknowledged and is lost`];
    const expected = Object.fromEntries(Object.entries(answer).filter(([field]) => field !== unlisted));
    if (isDeepStrictEqual(plain(item), plain(expected))) return [];
    return [`${name}: ${mark} is ${JSON.stringify(item)}, not ${JSON.stringify(expected)}`];
  });
  if (found.size < stored.length) problems.push(`${name}: ${stored.length - found.size} are there twice`);
  for (const mark of found.keys()) if (!sent.has(mark)) problems.push(`${name}: ${mark} was never sent`);
  return problems;
}

/** Under Jest, what `fetch` parsed has other prototypes than what is made here. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
