import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { anId } from '../support/make.js';
import { onePi } from './support/one-pi.js';
import type { Pi } from './support/pi.js';
import { describeEachPi } from './support/targets.js';
import { Server, World } from './support/world.js';

/** A call of the model, what it is told, and what the server then has. */
interface Call {
  tool: string;
  input: object;
  says: RegExp | string;
  /** Where the effect is read, and what is found there. */
  effect?: [path: string, body: unknown];
}

const TOOL_COUNT = 31;
/** Those that take tasks and finish them have a suite of their own. */
const CLAIM_TOOL_COUNT = 6;
/** Only in full where full lines are asked for. */
const LONG_WORD = `d${'o'.repeat(500)}ne`;
const some = (fields: object): unknown => expect.objectContaining(fields);
const including = (...items: object[]): unknown => expect.arrayContaining(items.map(some));

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server.remove());

/** What the tools are called on; each tool changes something of its own, because their calls run at the same time. */
async function prepare(
  agent: string,
): Promise<Record<'task' | 'noted' | 'done' | 'linked' | 'bumped' | 'report', string>> {
  const task = async (): Promise<string> =>
    (await server.post('/board/tasks', { title: 'Old', createdBy: agent, tags: [agent] })).id;
  await server.post('/registry/vms', {
    id: `${agent}-db`,
    name: 'db',
    role: 'infra',
    address: 'db.example',
    registeredBy: agent,
  });
  await server.post('/log', { text: `Something\nwas ${LONG_WORD}`, agent });
  await server.post('/feed/events', { agent, type: 'finding', summary: 'It leaks', detail: 'Here' });
  await server.post('/commits', { commitId: `${agent}-c0`, vmId: 'vm-0', label: 'golden', agent, tags: ['old'] });
  const count = { input: 1, output: 1, cacheRead: 1, cacheWrite: 1, total: 4 };
  const [startedAt, endedAt] = ['2026-01-31T12:00:00.000Z', '2026-01-31T12:01:00.000Z'];
  const session = { sessionId: 's', agent, model: 'm', tokens: count, cost: count, turns: 3, startedAt, endedAt };
  await server.post('/usage/sessions', session);
  await server.post('/usage/vms', { vmId: `${agent}-vm`, role: 'infra', agent, createdAt: startedAt });
  const report = await server.post('/reports', { title: 'Old', author: agent, content: '# Old' });
  return {
    task: await task(),
    noted: await task(),
    done: await task(),
    linked: await task(),
    bumped: await task(),
    report: report.id,
  };
}

function calls(agent: string, ids: Awaited<ReturnType<typeof prepare>>): Call[] {
  const artifact = { type: 'branch', url: 'https://git.example/fix', label: 'fix' };
  const signed = { ...artifact, addedBy: agent };
  const task = (id: string): string => `/board/tasks/${id}`;
  return [
    {
      tool: 'board_create_task',
      input: { title: 'New', tags: [`${agent}-new`], assignee: 'ann' },
      says: /^Created: \w{26} \[open\] New @ann #/,
      effect: [
        `/board/tasks?tag=${agent}-new`,
        some({ tasks: [some({ title: 'New', createdBy: agent, assignee: 'ann' })], count: 1 }),
      ],
    },
    {
      tool: 'board_list_tasks',
      input: { tag: agent, limit: 2 },
      says: /^\w{26} \[\w+\] Old.*\n[^]*There are more.* cursor "/,
    },
    {
      tool: 'board_update_task',
      input: { id: ids.task, status: 'in_progress', assignee: agent },
      says: `Now: ${ids.task} [in_progress] Old @${agent} #${agent}`,
      effect: [task(ids.task), some({ status: 'in_progress', assignee: agent })],
    },
    {
      tool: 'board_add_note',
      input: { taskId: ids.noted, content: 'It leaks', type: 'finding' },
      says: /^Noted on .*: finding \w{26}$/,
      effect: [task(ids.noted), some({ notes: including({ author: agent, content: 'It leaks', type: 'finding' }) })],
    },
    {
      tool: 'board_submit_for_review',
      input: { taskId: ids.done, summary: 'Fixed', artifacts: [artifact] },
      says: `In review: ${ids.done} [in_review] Old #${agent}`,
      effect: [
        task(ids.done),
        some({ status: 'in_review', notes: including({ author: agent, content: 'Fixed' }), artifacts: [some(signed)] }),
      ],
    },
    {
      tool: 'board_add_artifact',
      input: { taskId: ids.linked, artifacts: [artifact] },
      says: `1 artifacts on: ${ids.linked} [open] Old #${agent}`,
      effect: [task(ids.linked), some({ artifacts: [some(signed)] })],
    },
    {
      tool: 'board_bump',
      input: { taskId: ids.bumped },
      says: `Score 1: ${ids.bumped} [open] Old +1 #${agent}`,
      effect: [task(ids.bumped), some({ score: 1 })],
    },
    {
      tool: 'log_append',
      input: { text: `${agent} was here` },
      says: /^Logged at 20/,
      effect: ['/log', some({ entries: including({ text: `${agent} was here`, agent }) })],
    },
    {
      tool: 'log_query',
      input: { last: '1h', raw: true },
      says: new RegExp(`\\(${agent}\\) Something was ${LONG_WORD}\n`),
    },
    { tool: 'log_query', input: { last: '1h' }, says: new RegExp(`\\] \\(${agent}\\) Something was do+…`) },
    {
      tool: 'journal_entry',
      input: { text: 'At last', mood: 'relieved', tags: ['design'] },
      says: /^Written at 20/,
      effect: [
        `/journal?author=${agent}`,
        some({ entries: [some({ text: 'At last', mood: 'relieved', tags: ['design'], author: agent })] }),
      ],
    },
    {
      tool: 'feed_publish',
      input: { type: 'question', summary: 'Who?', detail: ' All of it ', metadata: { a: [1] } },
      says: /^Published: \w{26}$/,
      effect: [
        `/feed/events?agent=${agent}&type=question`,
        [some({ summary: 'Who?', detail: ' All of it ', metadata: { a: [1] } })],
      ],
    },
    {
      tool: 'feed_list',
      input: { agent, type: 'finding' },
      says: /^\w{26} 20\S+ builder-\d+: finding — It leaks \(Here\)$/,
    },
    { tool: 'feed_stats', input: {}, says: /^\d+ events\nBy type: .*finding \d/ },
    {
      tool: 'registry_list',
      input: { role: 'infra' },
      says: new RegExp(`${agent}-db db infra \\[running\\] db.example seen 20`),
    },
    {
      tool: 'registry_register',
      input: {
        id: `${agent}-web`,
        name: 'web',
        role: 'infra',
        address: 'web.example',
        services: [{ name: 'http', port: 80 }],
      },
      says: /^Registered: .* web infra \[running\] web.example http:80 /,
      effect: [`/registry/vms/${agent}-web`, some({ registeredBy: agent, services: [{ name: 'http', port: 80 }] })],
    },
    { tool: 'registry_discover', input: { role: 'infra' }, says: new RegExp(`${agent}-db db infra`) },
    { tool: 'registry_heartbeat', input: { id: `${agent}-db` }, says: /-db seen at 20/ },
    {
      tool: 'skillhub_sync',
      input: {},
      says: 'Everything is up to date.',
      effect: [`/skills/agents/${agent}`, some({ agentId: agent })],
    },
    {
      tool: 'usage_summary',
      input: { range: '520w' },
      says: /^Last 520w: \d+ tokens, \$\d+\.\d\d, \d+ sessions, \d+ VMs\n/,
    },
    {
      tool: 'usage_sessions',
      input: { agent, range: '520w', json: true },
      says: /^\{"sessions":\[.*"startedAt":"2026-01-31T12:00:00.000Z"/,
    },
    {
      tool: 'usage_vms',
      input: { agent, role: 'infra' },
      says: `${agent}-vm infra ${agent} 2026-01-31T12:00:00.000Z – now`,
    },
    {
      tool: 'report_create',
      input: { title: 'Findings', content: '# It leaks\n', tags: ['leak'] },
      says: /^Created report \w{26}: Findings\. /,
      effect: [
        `/reports?author=${agent}&tag=leak`,
        some({ reports: [some({ title: 'Findings', tags: ['leak'] })], count: 1 }),
      ],
    },
    {
      tool: 'report_share',
      input: { id: ids.report, label: 'for Ann' },
      says: /^http:\/\/127\.0\.0\.1:\d+\/reports\/share\/\S{20,}$/,
      effect: [`/reports/${ids.report}/shares`, some({ links: [some({ createdBy: agent, label: 'for Ann' })] })],
    },
    {
      tool: 'commit_record',
      input: { commitId: `${agent}-c1`, vmId: 'vm-1', label: 'next', tags: ['new'], metadata: { branch: 'main' } },
      says: new RegExp(`^Recorded: ${agent}-c1 of vm-1 next 20\\S+ by ${agent} #new$`),
      effect: [
        `/commits/${agent}-c1`,
        some({ id: anId, vmId: 'vm-1', label: 'next', agent, metadata: { branch: 'main' } }),
      ],
    },
    {
      tool: 'commit_list',
      input: { tag: 'old', agent },
      says: new RegExp(`^${agent}-c0 of vm-0 golden 20\\S+ by ${agent} #old$`),
    },
  ];
}

describeEachPi('the tools in $name', (target) => {
  let world: World;
  let pi: Pi;
  onePi(
    () => World.open(target, server),
    (...opened) => ([world, pi] = opened),
  );

  it('each do what they say, and the server has it', async () => {
    const made = calls(world.agent, await prepare(world.agent));
    world.model.follow({ calls: made.map(({ tool, input }) => [tool, input]) });
    await pi.prompt('go');
    expect(pi.stderr).toBe('');
    const results = world.model.results();
    expect(results.map((text, i) => [made[i]?.tool, text])).toEqual(
      made.map(({ tool, says }) => [tool, typeof says === 'string' ? says : expect.stringMatching(says)]),
    );
    for (const { tool, effect } of made)
      if (effect) expect([tool, await server.get(effect[0])]).toEqual([tool, effect[1]]);
    expect(new Set(made.map(({ tool }) => tool)).size).toBe(TOOL_COUNT - CLAIM_TOOL_COUNT);
  });

  it('are each in the prompt with a line that says what they do and one that says when to use them', async () => {
    world.model.follow();
    await pi.prompt('go');
    const [request] = world.model.requests;
    const tools = request?.tools?.filter(({ function: { name } }) => /^[a-z]+_[a-z]+/.test(name)) ?? [];
    expect(tools.length).toBe(TOOL_COUNT);
    for (const { function: tool } of tools) {
      expect([tool.name, world.model.prompt.includes(`- ${tool.name}: `)]).toEqual([tool.name, true]);
      expect([tool.name, tool.description]).toEqual([tool.name, expect.stringMatching(/\. (Use|Call) /)]);
      expect(world.model.prompt).toContain(tool.description.split('. ').slice(1).join('. '));
    }
  });

  it('tell the model what went wrong, and what to do', async () => {
    world.model.follow({
      calls: [
        ['board_update_task', { id: 'nonsense', status: 'done' }],
        ['board_create_task', { title: ' ' }],
        ['board_create_task', { title: 'x', status: 'banana' }],
        ['registry_register', { id: 'twice', name: 'a', role: 'infra', address: 'a' }],
        ['log_query', { last: 'nonsense' }],
      ],
    });
    await server.post('/registry/vms', { id: 'twice', name: 'a', role: 'infra', address: 'a', registeredBy: 'x' });
    const events = await pi.prompt('go');
    expect(world.model.results()).toEqual([
      'task not found (404). Look the id up in the list of the same service.',
      'title is required (400). Nothing was changed: correct it and call again.',
      expect.stringContaining('Validation failed for tool "board_create_task"'),
      'VM already registered (409). It exists already: nothing was changed.',
      expect.stringMatching(/^invalid last: .* \(400\)\. Nothing was changed/),
    ]);
    const ends = events.filter(({ type }) => type === 'tool_execution_end');
    expect(ends.map(({ isError }) => isError)).toEqual([true, true, true, true, true]);
  });

  it('each say without a server what to set', () => {
    const id = 'x';
    const made = calls('nobody', { task: id, noted: id, done: id, linked: id, bumped: id, report: id });
    return World.with(target, server, [{ calls: made.map(({ tool, input }) => [tool, input]) }], async (unaware) => {
      delete unaware.env['VERS_INFRA_URL'];
      const { exitCode, stdout, stderr } = await unaware.print('go');
      const what = /^VERS_INFRA_URL is not set\. Set VERS_INFRA_URL to .*~\/\.vers\/agent-services\.json/;
      expect(unaware.model.results()).toEqual(made.map(() => expect.stringMatching(what)));
      expect([exitCode, stdout, stderr]).toEqual([0, 'done\n', '']);
    });
  });
});
