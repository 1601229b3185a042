// Work that waits for other work, work that is held, that is stuck and that was given up: the swarm has little of these.

const RENEW_MS = 15_000;
const STUCK_LEASE_SECONDS = 30;
/** The screenshots find the task with the longest chain by it. */
const TAG = 'launch';

type Post = (path: string, body: object) => Promise<Record<string, unknown>>;

/** Sends it through the API, and keeps a lease alive without progress for as long as the process runs. */
export async function seedClaims(url: string, token: string): Promise<void> {
  const post: Post = async (path, body) => {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  await chain(post);
  await deadLetter(post);
  await post('/auth/keys', { name: 'lieutenant-01', role: 'agent', expiresAt: inDays(30) });
  await post('/auth/keys', { name: 'builder-02', role: 'agent', expiresAt: inDays(7) });
  await post('/auth/keys', { name: 'status-page', role: 'reader' });
  await stuck(post);
}

async function task(post: Post, title: string, fields: object = {}): Promise<string> {
  return (await post('/board/tasks', { title, createdBy: 'orchestrator', ...fields }))['id'] as string;
}

/** Gives the fence. */
async function claim(post: Post, id: string, agent: string, leaseSeconds?: number): Promise<number> {
  const { lease } = await post(`/board/tasks/${id}/claim`, { agent, vmId: `vm-${agent}`, leaseSeconds });
  return (lease as { fence: number }).fence;
}

async function chain(post: Post): Promise<void> {
  const schema = await task(post, 'Settle the schema of the events', { priority: 0 });
  const writer = await task(post, 'Write the importer', { dependencies: [schema], priority: 1 });
  const replay = await task(post, 'Replay a day of traffic', { dependencies: [schema] });
  const gone = '01K9XW5T3V8Z6Q2N4M7P1R0SAB';
  const rehearsal = await task(post, 'Rehearse the move of the database', {
    dependencies: [writer, replay, gone],
    description: 'On a copy, with the clock running: it may take twenty minutes, not more.',
    tags: [TAG],
    priority: 1,
    assignee: 'lieutenant-01',
  });
  await task(post, 'Move the database', { dependencies: [rehearsal], priority: 0 });
  await task(post, 'Write what was learned', { dependencies: [rehearsal], priority: 3 });
  const fence = await claim(post, schema, 'builder-02', 3600);
  await post(`/board/tasks/${schema}/renew`, { fence, progress: 'Agreed on names, units are open' });
}

async function deadLetter(post: Post): Promise<void> {
  const id = await task(post, 'Reproduce the crash on the old kernel', { priority: 1, maxAttempts: 2 });
  for (const agent of ['builder-05', 'builder-09']) {
    const fence = await claim(post, id, agent);
    await post(`/board/tasks/${id}/fail`, { fence, reason: 'no machine with that kernel can be had' });
  }
}

async function stuck(post: Post): Promise<void> {
  const id = await task(post, 'Bring the flaky upload test to rest');
  const fence = await claim(post, id, 'builder-07', STUCK_LEASE_SECONDS);
  const renew = (): void => void post(`/board/tasks/${id}/renew`, { fence }).catch(() => undefined);
  setInterval(renew, RENEW_MS).unref();
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}
