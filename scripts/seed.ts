// What the swarm script does not write, so that no page is empty.

const HOUR_MS = 3_600_000;
const MODELS = ['claude-opus', 'claude-sonnet', 'gpt-large'];
const AGENTS = ['orchestrator', 'lieutenant-01', 'builder-02', 'builder-03', 'builder-05', 'builder-07', 'builder-09'];

/** Sends it all through the API. */
export async function seed(url: string, token: string): Promise<void> {
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  };
  for (const session of sessions(Date.now())) await post('/usage/sessions', session);
  for (const vm of vms(Date.now())) await post('/usage/vms', vm);
  for (const report of REPORTS) await post('/reports', report);
  for (const skill of SKILLS) await post('/skills/items', skill);
  await post('/skills/extensions', EXTENSION);
  for (const inventory of inventories()) await post('/skills/sync', inventory);
  for (const commit of commits()) await post('/commits', commit);
}

/** Each agent's machine; every third was destroyed since. */
function vms(now: number): object[] {
  return AGENTS.map((agent, i) => ({
    vmId: `vm-${agent}`,
    role: i === 0 ? 'orchestrator' : i === 1 ? 'lieutenant' : 'worker',
    agent,
    createdAt: new Date(now - (36 - 4 * i) * HOUR_MS).toISOString(),
    ...(i % 3 === 2 && { destroyedAt: new Date(now - i * HOUR_MS).toISOString() }),
  }));
}

const REPORTS = [
  {
    title: 'Rate limits: three options',
    author: 'builder-03',
    tags: ['gateway', 'decision'],
    content: '# Rate limits\n\nA **token bucket** per agent is enough.\n\n- it needs no clock\n- it survives a restart',
  },
  {
    title: 'Why the nightly rebuild is slow',
    author: 'builder-07',
    tags: ['release'],
    content: '# The nightly rebuild\n\n| step | seconds |\n|---|---|\n| install | 41 |\n| compile | 12 |\n',
  },
  {
    title: 'What leaks in the parser',
    author: 'builder-02',
    tags: ['parser', 'finding'],
    content: '# What leaks\n\n```ts\nconst file = await open(path);\n```\n\nNothing closes it when parsing fails.',
  },
];

const SKILLS = ['review', 'bisect', 'release-notes', 'write-tests'].map((name) => ({
  name,
  description: `How we ${name.replace('-', ' ')}`,
  content: `# ${name}\n\nOne step at a time, and say what you saw.\n`,
  publishedBy: 'orchestrator',
  tags: ['method'],
}));

const EXTENSION = {
  name: 'status-line',
  description: 'Shows the board above the editor',
  content: 'export default function (pi) {}\n',
  publishedBy: 'orchestrator',
};

/** What agents say that they have; the later ones lag behind. */
function* inventories(): Iterable<object> {
  for (const [i, agentId] of AGENTS.entries()) {
    const skills = SKILLS.slice(i % 3).map(({ name }) => ({ name, version: 1 }));
    yield { agentId, vmId: `vm-${agentId}`, skills, extensions: [{ name: EXTENSION.name, version: 1 }] };
  }
}

function* commits(): Iterable<object> {
  for (const [i, agent] of AGENTS.entries()) {
    yield { commitId: `c0ffee${i}a7b`, vmId: `vm-${agent}`, agent, label: `before step ${i + 1}`, tags: ['golden'] };
  }
}

/** A day and a half of work: more by day than by night, some agents dearer than others. */
function* sessions(now: number): Iterable<object> {
  for (let hour = 36; hour >= 0; hour -= 1) {
    for (const [i, agent] of AGENTS.entries()) {
      const strength = 1 + Math.sin((hour / 24) * 2 * Math.PI) * 0.6 + ((hour * 7 + i * 13) % 10) / 20;
      const startedAt = new Date(now - hour * HOUR_MS - i * 60_000);
      const input = Math.round(40_000 * strength * (1 + i / 4));
      const output = Math.round(input / 6);
      const cacheRead = input * 4;
      const cost = { input: input * 3e-6, output: output * 1.5e-5, cacheRead: cacheRead * 3e-7, cacheWrite: 0 };
      yield {
        sessionId: `session-${hour}-${i}`,
        agent,
        parentAgent: parentOf(i),
        model: MODELS[(hour + i) % MODELS.length],
        tokens: { input, output, cacheRead, cacheWrite: 0, total: input + output + cacheRead },
        cost: { ...cost, total: cost.input + cost.output + cost.cacheRead },
        turns: 12 + ((hour + i) % 9),
        toolCalls: 30 + ((hour * 3 + i) % 40),
        startedAt: startedAt.toISOString(),
        endedAt: new Date(startedAt.getTime() + HOUR_MS / 2).toISOString(),
      };
    }
  }
}

function parentOf(i: number): string | undefined {
  if (i === 0) return undefined;
  return i === 1 ? AGENTS[0] : AGENTS[1];
}
