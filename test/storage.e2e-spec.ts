import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  appendFileSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../src/common/errors/start-error.js';
import { Disk } from '../src/common/storage/disk.js';
import { repairLogs } from '../src/common/storage/repair.js';
import { RecordLogs } from '../src/common/storage/record-logs.js';
import { listSql } from '../src/modules/board/board.repository.js';
import { BoardService } from '../src/modules/board/board.service.js';
import { AppOptions, temporaryFolder, TestApp } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { FaultDisk } from './support/fault-disk.js';

let dataDir: string;
let app: TestApp;

beforeEach(async () => {
  dataDir = temporaryFolder();
  app = await TestApp.start({ dataDir });
});

afterEach(async () => {
  await app.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function restart(options: AppOptions = {}, meanwhile: () => unknown = () => undefined): Promise<void> {
  await app.stop();
  await meanwhile();
  app = await TestApp.start({ dataDir, ...options });
}

const file = (name: string): string => join(dataDir, name);
const publish = (summary: string) => app.api.post('/feed/events').send({ agent: 'a', type: 'custom', summary });
const createTask = (title: string) => app.api.post('/board/tasks').send({ title, createdBy: 'a', tags: ['x'] });

/** Everything that can be read of the five services. */
async function everything(): Promise<unknown[]> {
  const paths = ['/board/tasks', '/feed/events', '/feed/stats', '/log', '/journal', '/registry/vms'];
  return Promise.all(paths.map(async (path) => (await app.api.get(path)).body as unknown));
}

/** A little of everything, with changes, a deletion and notes. */
async function fill(): Promise<void> {
  for (const title of ['one', 'two', 'three']) {
    const { id } = (await createTask(title)).body as { id: string };
    await app.api.patch(`/board/tasks/${id}`).send({ assignee: 'bob', tags: ['x', title] });
    await app.api
      .post(`/board/tasks/${id}/notes`)
      .send({ author: 'bob', content: `note on ${title}`, type: 'finding' });
    if (title === 'two') await app.api.delete(`/board/tasks/${id}`);
    else await app.api.post(`/board/tasks/${id}/review`).send({ summary: 'done' });
    await publish(title);
    await app.api.post('/log').send({ text: title });
    await app.api.post('/journal').send({ text: title, tags: ['Mood'], author: 'Bob' });
    await app.api
      .post('/registry/vms')
      .send({ id: title, name: title, role: 'worker', address: 'x', registeredBy: 'a' });
    await app.api.patch(`/registry/vms/${title}`).send({ metadata: { title } });
  }
  await app.api.delete('/registry/vms/two');
}

describe('a restart', () => {
  it('finds everything again', async () => {
    await fill();
    const before = await everything();
    await restart();
    expect(await everything()).toEqual(before);
  });

  it.each([
    ['deleted', () => rmSync(file('index.sqlite'))],
    [
      'not a database',
      () => writeFileSync(file('index.sqlite'), 'this is no database, however one reads it'.repeat(100)),
    ],
    ['cut off', () => truncateSync(file('index.sqlite'), 5000)],
    ['damaged inside', () => writeFileSync(file('index.sqlite'), readFileSync(file('index.sqlite')).fill(0x55, 4096))],
  ])('rebuilds an index that is %s', async (_, damage) => {
    await fill();
    const before = await everything();
    await restart({}, () => {
      damage();
      for (const suffix of ['-wal', '-shm']) rmSync(file(`index.sqlite${suffix}`), { force: true });
    });
    expect(await everything()).toEqual(before);
  });

  it('brings an older index up to date', async () => {
    await publish('early');
    await restart({}, () => copyFileSync(file('index.sqlite'), file('older.sqlite')));
    await fill();
    const before = await everything();
    await restart({}, () => renameSync(file('older.sqlite'), file('index.sqlite')));
    expect(await everything()).toEqual(before);
  });

  it('stops at a log that lacks what it held, and takes one that was put back on purpose after a repair', async () => {
    await publish('one');
    const before = await everything();
    copyFileSync(file('feed.jsonl'), file('backup'));
    await publish('two');
    await app.stop();
    renameSync(file('backup'), file('feed.jsonl'));
    await expect(TestApp.start({ dataDir })).rejects.toThrow(
      /feed\.jsonl lacks what stood in it from line 2 \(byte \d+\) on\..* npm run repair/,
    );
    const results = await repairLogs(dataDir, new Disk(), 'now');
    expect(results.map(({ cut }) => cut)).toEqual(results.map(() => 0));
    app = await TestApp.start({ dataDir });
    expect(await everything()).toEqual(before);
  });

  it('keeps heartbeats that the log never sees', async () => {
    const clock = new FakeClock(Date.now());
    await restart({ clock });
    await app.api.post('/registry/vms').send({ id: 'v', name: 'v', role: 'worker', address: 'x', registeredBy: 'a' });
    const log = readFileSync(file('registry.jsonl'), 'utf8');
    clock.time += 60_000;
    const { body } = await app.api.post('/registry/vms/v/heartbeat');
    await restart({ clock });
    expect((await app.api.get('/registry/vms/v')).body).toMatchObject(body);
    expect(readFileSync(file('registry.jsonl'), 'utf8')).toBe(log);
  });

  it('draws larger ids although the clock stepped back an hour', async () => {
    const before = (await publish('before')).body as { id: string };
    await restart({ clock: new FakeClock(Date.now() - 3_600_000) });
    const after = (await publish('after')).body as { id: string };
    expect(after.id > before.id).toBe(true);
    expect((await app.api.get(`/feed/events?since=${before.id}`)).body).toEqual([after]);
  });

  it('draws larger ids although everything was cleared and the index is gone', async () => {
    const before = (await publish('before')).body as { id: string };
    await app.api.delete('/feed/events');
    await restart({ clock: new FakeClock(Date.now() - 3_600_000) }, () => rmSync(file('index.sqlite')));
    expect(((await publish('after')).body as { id: string }).id > before.id).toBe(true);
  });
});

describe('an unfinished write at the end of a log', () => {
  it.each([
    ['half a line', '{"id":"01K9XW5T3V8Z6Q2N4M7P1R0SAB","agent":"a","ty'],
    ['zeros', '\0'.repeat(300)],
    ['garbage lines', 'x\ny\nz\n'],
  ])('is cut off and kept: %s', async (_, tail) => {
    await fill();
    const before = await everything();
    const whole = readFileSync(file('feed.jsonl'), 'utf8');
    await restart({}, () => appendFileSync(file('feed.jsonl'), tail));
    expect(await everything()).toEqual(before);
    expect(readFileSync(file('feed.jsonl'), 'utf8')).toBe(whole);
    const kept = readdirSync(dataDir).filter((name) => name.startsWith('feed.jsonl.torn-'));
    expect(kept.map((name) => readFileSync(file(name), 'utf8'))).toEqual([tail]);
    expect((await publish('goes on')).status).toBe(201);
  });
});

describe('damage inside a log', () => {
  const damage = (name: string, line: number): string => {
    const lines = readFileSync(file(name), 'utf8').split('\n');
    const damaged = (lines[line - 1] ?? '').replace('"', '~');
    lines[line - 1] = damaged;
    writeFileSync(file(name), lines.join('\n'));
    rmSync(file('index.sqlite'));
    return damaged;
  };

  it('stops the start with file, line and what to do, and repair does that', async () => {
    for (const summary of ['one', 'two', 'three']) await publish(summary);
    await app.stop();
    const damaged = damage('feed.jsonl', 2);
    const bytes = readFileSync(file('feed.jsonl'));
    const error = await TestApp.start({ dataDir }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect((error as StartError).message).toMatch(/feed\.jsonl is damaged at line 2 .*npm run repair/);
    expect(readFileSync(file('feed.jsonl'))).toEqual(bytes);

    const results = await repairLogs(dataDir, new Disk(), '2026-01-31T12:00:00.000Z');
    const keptIn = file('feed.jsonl.damaged-2026-01-31T120000.000Z');
    expect(results.filter(({ cut }) => cut > 0)).toEqual([{ file: file('feed.jsonl'), cut: 1, keptIn }]);
    expect(readFileSync(keptIn, 'utf8')).toBe(`${damaged}\n`);
    app = await TestApp.start({ dataDir });
    const events = (await app.api.get('/feed/events')).body as { summary: string }[];
    expect(events.map(({ summary }) => summary)).toEqual(['one', 'three']);
  });

  it('is seen in the last line too, when the index has read it once', async () => {
    await publish('one');
    await publish('two');
    await app.stop();
    truncateSync(file('feed.jsonl'), readFileSync(file('feed.jsonl')).length - 1);
    await expect(TestApp.start({ dataDir })).rejects.toThrow(/damaged at line 2/);
    await expect(TestApp.start({ dataDir })).rejects.toThrow(/damaged at line 2/);
    await repairLogs(dataDir, new Disk(), 'now');
    app = await TestApp.start({ dataDir });
    expect((await app.api.get('/feed/events')).body).toMatchObject([{ summary: 'one' }]);
  });

  it('leaves later changes of a task alone whose first line was cut out', async () => {
    const { id } = (await createTask('lost')).body as { id: string };
    await app.api.post(`/board/tasks/${id}/bump`);
    const kept = (await createTask('kept')).body as { id: string };
    await app.stop();
    damage('board.jsonl', 1);
    await repairLogs(dataDir, new Disk(), 'now');
    app = await TestApp.start({ dataDir });
    expect((await app.api.get('/board/tasks')).body).toMatchObject({ tasks: [kept], count: 1 });
  });
});

describe('a line that is no record of its log', () => {
  it('stops the start with file and line', async () => {
    await publish('one');
    await app.stop();
    rmSync(file('index.sqlite'));
    const text = readFileSync(file('feed.jsonl'), 'utf8');
    writeFileSync(file('feed.jsonl'), `{"id":"x"}\n${text}`);
    await expect(TestApp.start({ dataDir })).rejects.toThrow(/feed\.jsonl line 1 is not a record of the feed log/);
    writeFileSync(file('feed.jsonl'), text);
    app = await TestApp.start({ dataDir });
    expect((await app.api.get('/feed/events')).body).toHaveLength(1);
  });
});

describe('a second owner of the same DATA_DIR', () => {
  it('is refused, and the first goes on', async () => {
    await expect(TestApp.start({ dataDir })).rejects.toThrow(/is in use by another process/);
    expect((await publish('still here')).status).toBe(201);
  });
});

describe('a disk that refuses', () => {
  const disk = new FaultDisk();
  beforeEach(() => restart({ disk }));
  afterEach(() => {
    disk.faults = {};
  });

  it.each(['refuse', 'short'] as const)(
    'writes (%s): 503, nothing changed, reads go on, and it heals',
    async (write) => {
      await fill();
      const before = await everything();
      const stored = app.storedText();
      disk.faults = { write };
      const refused = await Promise.all([publish('lost'), createTask('lost'), app.api.delete('/feed/events')]);
      expect(refused.map(({ status, headers }) => [status, headers['retry-after']])).toEqual(Array(3).fill([503, '1']));
      expect(await everything()).toEqual(before);
      expect(app.storedText()).toBe(stored);
      expect((await app.anonymous.get('/health/ready')).status).toBe(503);
      disk.faults = {};
      expect((await publish('found')).status).toBe(201);
      await restart();
      expect((await app.api.get('/feed/events')).body).toHaveLength(4);
    },
  );

  it.each([
    ['to sync', { sync: true }],
    ['to take back a failed write', { write: 'short', truncate: true }],
  ] as const)('%s: answers 503 and gives up until the next start', async (_, faults) => {
    const acknowledged = (await publish('kept')).body as { id: string };
    const onFatal = jest.fn();
    app.app.get(RecordLogs).onFatal = onFatal;
    disk.faults = faults;
    const first = await publish('lost');
    disk.faults = {};
    const second = await publish('lost too');
    expect([first.status, second.status, onFatal.mock.calls.length]).toEqual([503, 503, 1]);
    await restart();
    const events = (await app.api.get('/feed/events')).body as { id: string }[];
    expect(events[0]).toEqual(acknowledged);
    expect((await publish('goes on')).status).toBe(201);
  });
});

describe('clearing the feed', () => {
  it('moves the file to the archive', async () => {
    const { body } = await publish('old');
    await app.api.delete('/feed/events');
    const [archived, ...others] = readdirSync(file('archive'));
    expect(others).toEqual([]);
    expect(readFileSync(join(file('archive'), archived ?? ''), 'utf8')).toContain((body as { id: string }).id);
    expect(readFileSync(file('feed.jsonl'), 'utf8')).toMatch(/^\{"cleared":true,"id":"\w{26}",.*\}\n$/);
  });

  it('is finished by the next start after a crash between the two moves', async () => {
    await publish('old');
    await app.api.delete('/feed/events');
    await restart({}, () => renameSync(file('feed.jsonl'), file('feed.jsonl.new')));
    expect((await app.api.get('/feed/events')).body).toEqual([]);
    expect((await publish('new')).status).toBe(201);
  });

  it('has not happened after a crash before the first move', async () => {
    const { body } = await publish('old');
    await restart({}, () => writeFileSync(file('feed.jsonl.new'), '{"cleared":tr'));
    expect((await app.api.get('/feed/events')).body).toEqual([body]);
    expect(readdirSync(dataDir)).not.toContain('feed.jsonl.new');
  });
});

describe('compaction', () => {
  it('of the registry happens at the start once most of it is superseded, and changes no answer', async () => {
    for (const id of ['a', 'b', 'c']) {
      await app.api.post('/registry/vms').send({ id, name: id, role: 'worker', address: 'x', registeredBy: 'a' });
    }
    await Promise.all(Array.from({ length: 1000 }, (_, i) => app.api.patch('/registry/vms/a').send({ name: `a${i}` })));
    await app.api.delete('/registry/vms/b');
    const before = await everything();
    await restart();
    expect(readFileSync(file('registry.jsonl'), 'utf8').split('\n')).toHaveLength(4);
    expect(await everything()).toEqual(before);
    await restart({}, () => rmSync(file('index.sqlite')));
    expect(await everything()).toEqual(before);
  });

  it('of the board by hand keeps every task, archives every line, and goes on', async () => {
    await fill();
    const before = await everything();
    const lines = readFileSync(file('board.jsonl'), 'utf8');
    const logs = app.app.get(RecordLogs);
    for (const log of logs.compactable) await logs.compact(log, { archive: true });
    expect(await everything()).toEqual(before);
    const archived = readdirSync(file('archive')).map((name) => readFileSync(join(file('archive'), name), 'utf8'));
    expect(archived).toContain(lines);
    const { id } = ((await app.api.get('/board/tasks')).body as { tasks: { id: string }[] }).tasks[0] ?? { id: '' };
    await app.api.post(`/board/tasks/${id}/bump`);
    expect((await app.api.get(`/board/tasks/${id}/history`)).body).toMatchObject({ count: 2 });
    const after = await everything();
    await restart({}, () => rmSync(file('index.sqlite')));
    expect(await everything()).toEqual(after);
  });
});

describe('a list of tasks among 20,000', () => {
  beforeEach(async () => {
    const logs = app.app.get(RecordLogs);
    const board = logs.compactable.find(({ name }) => name === 'board');
    if (!board) throw new Error('no board');
    await logs.change((batch) => {
      for (let i = 0; i < 20_000; i += 1) {
        const id = `01K9XW5T3V8Z6Q2N4M7P1${i.toString().padStart(5, '0')}`;
        const at = '2026-01-31T12:00:00.000Z';
        const status = i % 100 === 0 ? 'open' : 'done';
        const fields = {
          id,
          title: `t${i}`,
          status,
          tags: [`tag${i % 50}`],
          dependencies: [],
          assignee: `agent${i % 40}`,
        };
        batch.append(board, {
          id,
          task: id,
          at,
          set: { ...fields, createdBy: 'a', createdAt: at, updatedAt: at, score: 0 },
        });
      }
    });
  });

  const plan = (fields: string[]): string => {
    const { index } = app.app.get(RecordLogs);
    const rows = index
      .read<{ detail: string }>(`EXPLAIN QUERY PLAN ${listSql(fields)}`)
      .all(...fields.map(() => 'x'), 'Z', 10);
    return rows.map(({ detail }) => detail).join('; ');
  };

  it.each([
    [['status'], /^SEARCH t USING INDEX tasks_by_status \(status=\? AND id<\?\)$/],
    [['assignee'], /^SEARCH t USING INDEX tasks_by_assignee \(assignee=\? AND id<\?\)$/],
    [
      ['status', 'assignee'],
      /^SEARCH t USING INDEX tasks_by_assignee_and_status \(assignee=\? AND status=\? AND id<\?\)$/,
    ],
    [['tag'], /^SEARCH g USING PRIMARY KEY \(tag=\? AND task<\?\); SEARCH t USING INDEX \w+ \(id=\?\)$/],
    [
      ['tag', 'status'],
      /^SEARCH g USING PRIMARY KEY \(tag=\? AND task<\?\); SEARCH t USING INDEX \w+ \(status=\? AND id=\?\)$/,
    ],
    [[], /^SEARCH t USING INDEX \w+ \(id<\?\)$/],
  ])('by %j walks along an index, already in order', (fields, expected) => {
    expect(plan(fields)).toMatch(expected);
  });

  it('neither parses nor serialises a row', () => {
    const board = app.app.get(BoardService);
    const [parse, stringify] = [jest.spyOn(JSON, 'parse'), jest.spyOn(JSON, 'stringify')];
    const page = board.list({ status: 'open' });
    const calls = [...parse.mock.calls, ...stringify.mock.calls];
    jest.restoreAllMocks();
    // The driver quotes the names of a statement's columns, once; what a kept list is asked for is its name.
    const isOfRow = ([value]: unknown[]): boolean => !Array.isArray(value) && !/^\w+$/.test(String(value));
    expect([page.items.length, calls.filter(isOfRow)]).toEqual([200, []]);
  });
});
