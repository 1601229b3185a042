import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestApp } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { anId, inParallel, later, makeTask, MINUTE_MS, NOON, walk } from './support/make.js';

let app: TestApp;
let clock: FakeClock;

beforeEach(async () => {
  clock = new FakeClock();
  app = await TestApp.start({ clock });
});

afterEach(() => app.stop());

interface TaskPage {
  tasks: { id: string; title: string }[];
  count: number;
}

async function titles(path: string, query: object = {}): Promise<string[]> {
  const { status, body } = await app.api.get(path).query(query);
  const { tasks, count } = body as TaskPage;
  expect([status, count]).toEqual([200, tasks.length]);
  return tasks.map(({ title }) => title);
}

async function read(id: string): Promise<unknown> {
  return (await app.api.get(`/board/tasks/${id}`)).body;
}

describe('POST /board/tasks', () => {
  it('creates a task with defaults, and without what was not given', async () => {
    const { status, body } = await app.api.post('/board/tasks').send({ title: 'Fix it', createdBy: 'ann' });
    expect([status, body]).toEqual([
      201,
      {
        id: anId,
        title: 'Fix it',
        status: 'open',
        tags: [],
        dependencies: [],
        createdBy: 'ann',
        createdAt: NOON,
        updatedAt: NOON,
        notes: [],
        artifacts: [],
        score: 0,
        version: 1,
        priority: 2,
        attempts: 0,
        maxAttempts: 3,
      },
    ]);
    expect(await read(body.id)).toEqual(body);
  });

  it('takes every field, trims what names or describes, and ignores what it does not know', async () => {
    const { status, body } = await app.api.post('/board/tasks').send({
      id: 'mine',
      score: 7,
      notes: [{}],
      version: 7,
      attempts: 7,
      lease: {},
      deadLetter: true,
      unheardOf: true,
      title: '  Fix it ',
      createdBy: ' ann\n',
      description: '\tAll of it ',
      status: 'blocked',
      assignee: ' bob ',
      tags: [' parser ', 'ünïcode 🦊'],
      dependencies: [' 01K9XW5T3V8Z6Q2N4M7P1R0SAB '],
      priority: 1,
      maxAttempts: 5,
    });
    expect([status, body]).toEqual([
      201,
      {
        id: anId,
        title: 'Fix it',
        description: 'All of it',
        status: 'blocked',
        assignee: 'bob',
        tags: ['parser', 'ünïcode 🦊'],
        dependencies: ['01K9XW5T3V8Z6Q2N4M7P1R0SAB'],
        createdBy: 'ann',
        createdAt: NOON,
        updatedAt: NOON,
        notes: [],
        artifacts: [],
        score: 0,
        version: 1,
        priority: 1,
        attempts: 0,
        maxAttempts: 5,
        blockedBy: ['01K9XW5T3V8Z6Q2N4M7P1R0SAB'],
      },
    ]);
    expect(await read(body.id)).toEqual(body);
  });

  it.each(['open', 'in_progress', 'in_review', 'blocked', 'done'])('takes the status %s', async (status) => {
    expect(await makeTask(app, { status })).toMatchObject({ status });
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream'])(
    'parses the body as JSON when Content-Type is %s',
    async (type) => {
      const response = await fetch(`${app.url}/board/tasks`, {
        method: 'POST',
        headers: { Authorization: 'Bearer test-token', ...(type && { 'Content-Type': type }) },
        body: Buffer.from('{"title": "a=b&c", "createdBy": "ann"}'),
      });
      expect([response.status, await response.json()]).toEqual([201, expect.objectContaining({ title: 'a=b&c' })]);
    },
  );

  it('gives ids that grow within one millisecond', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) ids.push((await makeTask(app)).id);
    expect(ids).toEqual([...new Set(ids)].sort());
  });
});

describe('GET /board/tasks', () => {
  beforeEach(async () => {
    await makeTask(app, { title: 'one', status: 'open', assignee: 'ann', tags: ['x', 'y'] });
    await makeTask(app, { title: 'two', status: 'done', assignee: 'ann', tags: ['x'] });
    await makeTask(app, { title: 'three', status: 'open', assignee: 'bob', tags: ['y'] });
    await makeTask(app, { title: 'four', status: 'open', assignee: 'ann', tags: ['x'] });
    await makeTask(app, { title: 'five', status: 'open' });
  });

  it('lists whole tasks, newest first', async () => {
    const { body } = await app.api.get('/board/tasks?limit=1');
    const [task] = (body as TaskPage).tasks;
    expect(body).toEqual({ tasks: [await read(task?.id ?? '')], count: 1, nextCursor: expect.any(String) });
    expect(await titles('/board/tasks')).toEqual(['five', 'four', 'three', 'two', 'one']);
  });

  it.each([
    [{ status: 'open' }, ['five', 'four', 'three', 'one']],
    [{ status: 'blocked' }, []],
    [{ assignee: 'ann' }, ['four', 'two', 'one']],
    [{ assignee: ' ann ' }, ['four', 'two', 'one']],
    [{ assignee: 'ANN' }, []],
    [{ tag: 'x' }, ['four', 'two', 'one']],
    [{ tag: 'nobody has it' }, []],
    [{ status: 'open', assignee: 'ann' }, ['four', 'one']],
    [{ status: 'done', tag: 'x' }, ['two']],
    [{ assignee: 'ann', tag: 'y' }, ['one']],
    [{ status: 'open', assignee: 'ann', tag: 'x' }, ['four', 'one']],
    [{ status: 'done', assignee: 'bob', tag: 'x' }, []],
    [{ status: '', assignee: ' ', tag: '', limit: '', cursor: '' }, ['five', 'four', 'three', 'two', 'one']],
    [{ unheardOf: 'x' }, ['five', 'four', 'three', 'two', 'one']],
    [{ limit: '2' }, ['five', 'four']],
    [{ limit: '10000' }, ['five', 'four', 'three', 'two', 'one']],
    [{ status: 'open', assignee: 'ann', limit: '1' }, ['four']],
  ])('filters by %j', async (query, expected) => {
    expect(await titles('/board/tasks', query)).toEqual(expected);
  });

  it.each([
    ['', ['five', 'four', 'three', 'two', 'one']],
    ['status=open', ['five', 'four', 'three', 'one']],
    ['assignee=ann', ['four', 'two', 'one']],
    ['tag=x', ['four', 'two', 'one']],
    ['tag=x&status=open&assignee=ann', ['four', 'one']],
  ])('gives everything exactly once page by page while tasks are added (%s)', async (filter, expected) => {
    const late = { title: 'late', status: 'open', assignee: 'ann', tags: ['x'] };
    const pages = await walk(app, `/board/tasks?limit=1&${filter}`, () => makeTask(app, late));
    expect(pages.map(({ body }) => (body as TaskPage).count)).toEqual(expected.map(() => 1));
    expect(pages.flatMap(({ body }) => (body as TaskPage).tasks.map(({ title }) => title))).toEqual(expected);
  });

  it('has no cursor on the last page, also when it is full', async () => {
    const pages = await walk(app, '/board/tasks?tag=y&limit=2');
    expect(pages.map(({ body }) => Object.keys(body as object))).toEqual([['tasks', 'count']]);
  });

  it('finds a task by its new tags only', async () => {
    const { id } = await makeTask(app, { title: 'six', tags: ['before', 'both'] });
    await app.api.patch(`/board/tasks/${id}`).send({ tags: ['both', 'after'] });
    expect([await titles('/board/tasks', { tag: 'before' }), await titles('/board/tasks', { tag: 'after' })]).toEqual([
      [],
      ['six'],
    ]);
  });

  it('lists a task once that names a tag twice', async () => {
    await makeTask(app, { title: 'six', tags: ['twice', 'twice'] });
    expect(await titles('/board/tasks', { tag: 'twice' })).toEqual(['six']);
  });
});

describe('GET /board/tasks/:id', () => {
  it('gives the task, and so does its alias', async () => {
    const task = await makeTask(app);
    for (const path of ['/board/tasks', '/board']) {
      const { status, body } = await app.api.get(`${path}/${task.id}`);
      expect([status, body]).toEqual([200, task]);
    }
  });
});

describe('PATCH /board/tasks/:id', () => {
  const everything = {
    title: 'before',
    description: 'long',
    status: 'blocked',
    assignee: 'ann',
    tags: ['x'],
    dependencies: ['d'],
  };

  it.each<[string, unknown, unknown]>([
    ['title', ' after ', 'after'],
    ['description', ' short ', 'short'],
    ['status', 'done', 'done'],
    ['assignee', ' bob ', 'bob'],
    ['tags', [' y ', 'z'], ['y', 'z']],
    ['tags', [], []],
    ['priority', 0, 0],
    ['maxAttempts', 100, 100],
  ])('changes %s to %j and keeps what was not sent', async (field, sent, kept) => {
    const task = await makeTask(app, everything);
    const updatedAt = later(clock, MINUTE_MS);
    const { status, body } = await app.api.patch(`/board/tasks/${task.id}`).send({ [field]: sent });
    expect([status, body]).toEqual([200, { ...task, [field]: kept, version: 2, updatedAt }]);
    expect(await read(body.id)).toEqual(body);
  });

  it.each([[['e']], [[]]])(
    'changes dependencies to %j, and with them what the task waits for',
    async (dependencies) => {
      const { blockedBy, ...task } = await makeTask(app, everything);
      const { body } = await app.api.patch(`/board/tasks/${task.id}`).send({ dependencies });
      expect([blockedBy, body]).toEqual([
        ['d'],
        { ...task, dependencies, version: 2, ...(dependencies.length > 0 && { blockedBy: dependencies }) },
      ]);
    },
  );

  it('takes the task away from its assignee with null', async () => {
    const { assignee, ...task } = await makeTask(app, everything);
    const { status, body } = await app.api.patch(`/board/tasks/${task.id}`).send({ assignee: null });
    expect([assignee, status, body]).toEqual(['ann', 200, { ...task, version: 2 }]);
    expect(body).not.toHaveProperty('assignee');
    expect(await titles('/board/tasks', { assignee: 'ann' })).toEqual([]);
    const again = await app.api.patch(`/board/tasks/${task.id}`).send({ assignee: null });
    expect([again.status, again.body]).toEqual([200, { ...task, version: 3 }]);
  });

  it('ignores fields that are not the client’s to set', async () => {
    const task = await makeTask(app, everything);
    const mine = {
      id: 'mine',
      createdBy: 'eve',
      createdAt: 'never',
      score: 99,
      version: 99,
      attempts: 9,
      lease: {},
      notes: [],
      title: 'after',
    };
    const { body } = await app.api.patch(`/board/tasks/${task.id}`).send(mine);
    expect(body).toEqual({ ...task, title: 'after', version: 2 });
  });

  it('keeps notes, artifacts and score', async () => {
    const { id } = await makeTask(app);
    const path = `/board/tasks/${id}`;
    await app.api.post(`${path}/notes`).send({ author: 'ann', content: 'hm', type: 'question' });
    await app.api.post(`${path}/artifacts`).send({ artifacts: [{ type: 'url', url: 'u', label: 'l' }] });
    const { body: before } = await app.api.post(`${path}/bump`);
    const { body: after } = await app.api.patch(path).send({ title: 'after' });
    expect(after).toEqual({ ...(before as object), title: 'after', version: 5 });
  });
});

describe('DELETE /board/tasks/:id', () => {
  it('removes the task everywhere', async () => {
    const { id } = await makeTask(app, { status: 'in_review', tags: ['x'] });
    const path = `/board/tasks/${id}`;
    const { status, body } = await app.api.delete(path);
    expect([status, body]).toEqual([200, { deleted: true }]);
    for (const gone of [path, `/board/${id}`, `${path}/notes`, `${path}/history`]) {
      const response = await app.api.get(gone);
      expect([gone, response.status, response.body]).toEqual([gone, 404, { error: 'task not found' }]);
    }
    for (const list of ['/board/tasks', '/board/tasks?tag=x', '/board/review']) expect(await titles(list)).toEqual([]);
    const again = await app.api.delete(path);
    expect([again.status, again.body]).toEqual([404, { error: 'task not found' }]);
  });
});

describe('POST /board/tasks/:id/notes', () => {
  it.each(['finding', 'blocker', 'question', 'update'])('adds a note of type %s', async (type) => {
    const task = await makeTask(app);
    const updatedAt = later(clock, MINUTE_MS);
    const path = `/board/tasks/${task.id}`;
    const sent = { author: ' ann ', content: ' It leaks\nhere ', type, id: 'mine', createdAt: 'never' };
    const { status, body } = await app.api.post(`${path}/notes`).send(sent);
    expect([status, body]).toEqual([
      201,
      { id: anId, author: 'ann', content: 'It leaks\nhere', type, createdAt: updatedAt },
    ]);
    expect(await read(task.id)).toEqual({ ...task, notes: [body], version: 2, updatedAt });
  });
});

describe('GET /board/tasks/:id/notes', () => {
  it('lists notes, oldest first, the newest of them when limited, and walks to the oldest', async () => {
    const { id } = await makeTask(app);
    const path = `/board/tasks/${id}/notes`;
    const add = async (content: string): Promise<unknown> =>
      (await app.api.post(path).send({ author: 'ann', content, type: 'update' })).body;
    const empty = await app.api.get(path);
    expect([empty.status, empty.body]).toEqual([200, { notes: [], count: 0 }]);

    const notes = [await add('1'), await add('2'), await add('3'), await add('4'), await add('5')];
    expect((await app.api.get(path)).body).toEqual({ notes, count: 5 });
    const pages = await walk(app, `${path}?limit=2`, () => add('late'));
    expect(pages.map(({ body }) => body as object)).toEqual([
      { notes: notes.slice(3), count: 2, nextCursor: expect.any(String) },
      { notes: notes.slice(1, 3), count: 2, nextCursor: expect.any(String) },
      { notes: notes.slice(0, 1), count: 1 },
    ]);
  });
});

describe('POST /board/tasks/:id/artifacts', () => {
  it.each(['branch', 'report', 'deploy', 'diff', 'file', 'url'])('adds an artifact of type %s', async (type) => {
    const task = await makeTask(app);
    const at = later(clock, MINUTE_MS);
    const sent = { type, url: ' https://a.example ', label: ' here ', addedBy: ' ann ', addedAt: 'never', other: 1 };
    const artifact = { type, url: 'https://a.example', label: 'here', addedAt: at, addedBy: 'ann' };
    const { status, body } = await app.api.post(`/board/tasks/${task.id}/artifacts`).send({
      artifacts: [sent, { type, url: 'u', label: 'l' }],
    });
    const artifacts = [artifact, { type, url: 'u', label: 'l', addedAt: at }];
    expect([status, body]).toEqual([201, { ...task, artifacts, version: 2, updatedAt: at }]);
    expect(await read(task.id)).toEqual(body);
  });

  it('keeps those that were there', async () => {
    const { id } = await makeTask(app);
    const path = `/board/tasks/${id}/artifacts`;
    for (const label of ['one', 'two'])
      await app.api.post(path).send({ artifacts: [{ type: 'url', url: 'u', label }] });
    expect(await read(id)).toMatchObject({ artifacts: [{ label: 'one' }, { label: 'two' }] });
  });
});

describe('POST /board/tasks/:id/review', () => {
  it('hands the task in with its summary and artifacts', async () => {
    const task = await makeTask(app, { status: 'in_progress' });
    const at = later(clock, MINUTE_MS);
    const { status, body } = await app.api.post(`/board/tasks/${task.id}/review`).send({
      summary: ' Done, with a test ',
      reviewedBy: ' ann ',
      artifacts: [
        { type: 'branch', url: 'u', label: 'mine' },
        { type: 'diff', url: 'v', label: 'hers', addedBy: 'eve' },
      ],
    });
    expect([status, body]).toEqual([
      200,
      {
        ...task,
        status: 'in_review',
        version: 2,
        updatedAt: at,
        notes: [{ id: anId, author: 'ann', content: 'Done, with a test', type: 'update', createdAt: at }],
        artifacts: [
          { type: 'branch', url: 'u', label: 'mine', addedAt: at, addedBy: 'ann' },
          { type: 'diff', url: 'v', label: 'hers', addedAt: at, addedBy: 'eve' },
        ],
      },
    ]);
    expect(await read(task.id)).toEqual(body);
    expect((await app.api.get('/board/review')).body).toEqual({ tasks: [body], count: 1 });
  });

  it.each([{}, { artifacts: [] }])('is by somebody unknown and without artifacts, given %j', async (more) => {
    const task = await makeTask(app);
    const path = `/board/tasks/${task.id}/review`;
    const { status, body } = await app.api.post(path).send({ summary: 'Done', ...more });
    const note = { id: anId, author: 'unknown', content: 'Done', type: 'update', createdAt: NOON };
    expect([status, body]).toEqual([200, { ...task, status: 'in_review', version: 2, notes: [note] }]);
  });

  it('says unknown also of the artifacts', async () => {
    const { id } = await makeTask(app);
    const artifacts = [{ type: 'url', url: 'u', label: 'l' }];
    const { body } = await app.api.post(`/board/tasks/${id}/review`).send({ summary: 'Done', artifacts });
    expect(body).toMatchObject({ artifacts: [{ ...artifacts[0], addedBy: 'unknown' }] });
  });
});

describe('GET /board/review', () => {
  it('lists what is in review, latest change first', async () => {
    const ids: Record<string, string> = {};
    for (const title of ['one', 'two', 'three', 'open']) {
      ids[title] = (await makeTask(app, { title, status: title === 'open' ? 'open' : 'in_review' })).id;
      later(clock, MINUTE_MS);
    }
    expect(await titles('/board/review')).toEqual(['three', 'two', 'one']);
    await app.api.post(`/board/tasks/${ids['one']}/bump`);
    later(clock, MINUTE_MS);
    await app.api.post(`/board/tasks/${ids['three']}/approve`);
    expect(await titles('/board/review')).toEqual(['one', 'two']);
    expect(await titles('/board/review?limit=1')).toEqual(['one']);
  });

  it('gives everything exactly once page by page, also tasks changed in one millisecond', async () => {
    for (const title of ['one', 'two', 'three', 'four', 'five']) await makeTask(app, { title, status: 'in_review' });
    later(clock, MINUTE_MS);
    const pages = await walk(app, '/board/review?limit=2', () => makeTask(app, { title: 'late', status: 'in_review' }));
    expect(pages.map(({ body }) => (body as TaskPage).tasks.map(({ title }) => title))).toEqual([
      ['five', 'four'],
      ['three', 'two'],
      ['one'],
    ]);
  });
});

describe.each([
  ['approve', {}, 'done', 'unknown', 'Approved by unknown'],
  ['approve', { approvedBy: ' ann ' }, 'done', 'ann', 'Approved by ann'],
  ['approve', { approvedBy: 'ann', comment: ' Well done ' }, 'done', 'ann', 'Approved by ann: Well done'],
  ['approve', { comment: 'Well done' }, 'done', 'unknown', 'Approved by unknown: Well done'],
  ['approve', { comment: '' }, 'done', 'unknown', 'Approved by unknown'],
  ['reject', { reason: ' No test ' }, 'open', 'unknown', 'Rejected by unknown: No test'],
  ['reject', { reason: 'No test', rejectedBy: ' ann ' }, 'open', 'ann', 'Rejected by ann: No test'],
])('POST /board/tasks/:id/%s with %j', (verb, sent, after, author, content) => {
  it(`makes the task ${after} and says so in a note`, async () => {
    const task = await makeTask(app, { status: 'in_review' });
    const at = later(clock, MINUTE_MS);
    const { status, body } = await app.api.post(`/board/tasks/${task.id}/${verb}`).send(sent);
    const note = { id: anId, author, content, type: 'update', createdAt: at };
    expect([status, body]).toEqual([200, { ...task, status: after, version: 2, updatedAt: at, notes: [note] }]);
    expect(await read(task.id)).toEqual(body);
    expect(await titles('/board/review')).toEqual([]);
  });
});

describe('POST /board/tasks/:id/bump', () => {
  it('raises the score by one', async () => {
    const task = await makeTask(app);
    const updatedAt = later(clock, MINUTE_MS);
    for (const score of [1, 2]) {
      const { status, body } = await app.api.post(`/board/tasks/${task.id}/bump`);
      expect([status, body]).toEqual([200, { ...task, score, version: 1 + score, updatedAt }]);
      expect(await read(task.id)).toEqual(body);
    }
  });
});

describe('GET /board/tasks/:id/history', () => {
  it('lists every change, oldest first, and no other task’s', async () => {
    const { id, ...task } = await makeTask(app, { assignee: 'ann' });
    const other = await makeTask(app);
    const path = `/board/tasks/${id}`;
    const at = later(clock, MINUTE_MS);
    await app.api.patch(path).send({ title: 'after', assignee: null });
    await app.api.post(`/board/tasks/${other.id}/bump`);
    const { body: note } = await app.api.post(`${path}/notes`).send({ author: 'bob', content: 'hm', type: 'question' });
    const { notes, artifacts, version, ...set } = task;
    expect([notes, artifacts, version]).toEqual([[], [], 1]);

    const { status, body } = await app.api.get(`${path}/history`);
    expect([status, body]).toEqual([
      200,
      {
        changes: [
          { id, task: id, at: NOON, by: 'maker', set: { id, ...set } },
          { id: anId, task: id, at, set: { title: 'after' }, unset: ['assignee'] },
          { id: anId, task: id, at, by: 'bob', notes: [note] },
        ],
        count: 3,
      },
    ]);
  });

  it('walks from the newest changes to the first', async () => {
    const { id } = await makeTask(app);
    const path = `/board/tasks/${id}`;
    const rename = (title: string): Promise<unknown> => app.api.patch(path).send({ title }).then();
    for (const title of ['2', '3', '4', '5']) await rename(title);
    const pages = await walk(app, `${path}/history?limit=2`, () => rename('late'));
    const shown = pages.map(({ body }) => (body as { changes: { set: { title: string } }[] }).changes);
    expect(shown.map((changes) => changes.map(({ set }) => set.title))).toEqual([['4', '5'], ['2', '3'], ['a task']]);
  });
});

describe('50 changes of one task at once', () => {
  it('all survive', async () => {
    const { id } = await makeTask(app);
    const path = `/board/tasks/${id}`;
    const tags: string[] = [];
    await inParallel(150, 50, async (i) => {
      const requests = [
        () => app.api.post(`${path}/bump`),
        () => app.api.post(`${path}/notes`).send({ author: 'ann', content: `note ${i}`, type: 'update' }),
        () => app.api.patch(path).send({ tags: [`tag ${i}`] }),
      ];
      const { status, body } = (await requests[i % 3]?.()) ?? {};
      expect(status).toBe(i % 3 === 1 ? 201 : 200);
      if (i % 3 === 2) tags.push((body as { tags: string[] }).tags.join());
    });

    const task = (await read(id)) as { score: number; tags: string[]; notes: { id: string; content: string }[] };
    expect(task).toMatchObject({ score: 50, tags: [expect.stringMatching(/^tag \d+$/)], title: 'a task' });
    const numbers = Array.from({ length: 150 }, (_, i) => i);
    expect(task.notes.map(({ content }) => content).sort()).toEqual(
      numbers
        .filter((i) => i % 3 === 1)
        .map((i) => `note ${i}`)
        .sort(),
    );
    const noteIds = task.notes.map((note) => note.id);
    expect(noteIds).toEqual([...noteIds].sort());
    expect(tags.sort()).toEqual(
      numbers
        .filter((i) => i % 3 === 2)
        .map((i) => `tag ${i}`)
        .sort(),
    );
    expect((await app.api.get(`${path}/history`)).body).toMatchObject({ count: 151 });
  });
});
