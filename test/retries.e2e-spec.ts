import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, mergeMap } from 'rxjs';
import type { Response } from 'supertest';
import { Attempt, beginAttempt, runRequest } from '../src/common/idempotency/attempt.js';
import { Disk, DiskFile } from '../src/common/storage/disk.js';
import { repairLogs } from '../src/common/storage/repair.js';
import { RecordLogs } from '../src/common/storage/record-logs.js';
import { CommitsService } from '../src/modules/commits/commits.service.js';
import { FeedService } from '../src/modules/feed/feed.service.js';
import { LogService } from '../src/modules/log/log.service.js';
import { RegistryService } from '../src/modules/registry/registry.service.js';
import { UsageService } from '../src/modules/usage/usage.service.js';
import { temporaryFolder, TestApp } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { KEYED_ROUTES } from './support/keyed-routes.js';
import { HOUR_MS, later, makeTask, makeVm, NOON } from './support/make.js';

const KEY = 'attempt-1 of {"ann"}';
const IN_LOGS = /^\/(board|feed|log|journal|registry)/;
const USED_VM = { vmId: 'vm-1', role: 'worker', agent: 'ann', createdAt: NOON } as const;

let dataDir: string;
let clock: FakeClock;
let app: TestApp;

beforeEach(async () => {
  dataDir = temporaryFolder();
  clock = new FakeClock();
  app = await TestApp.start({ dataDir, clock });
});

afterEach(async () => {
  await app.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function restart(meanwhile: () => unknown = () => undefined): Promise<void> {
  await app.stop();
  await meanwhile();
  app = await TestApp.start({ dataDir, clock });
}

const file = (name: string): string => join(dataDir, name);
const send = (path: string, body: object, key = KEY) => app.api.post(path).set('Idempotency-Key', key).send(body);
const event = (summary: string) => ({ agent: 'ann', type: 'custom', summary });
const publish = (summary: string, key = KEY) => send('/feed/events', event(summary), key);
const read = async (path: string): Promise<unknown> => (await app.api.get(path)).body as unknown;

/** The answer, and whether it says that it was given before. */
function answered({ status, text, headers }: Response): unknown[] {
  return [status, text, (headers as Record<string, string>)['idempotency-replayed'] ?? 'first'];
}

const again = (response: Response): unknown[] => [response.status, response.text, 'true'];

describe.each(KEYED_ROUTES)('POST $route with an Idempotency-Key', ({ route, body, other, prepare, stored }) => {
  async function paths(): Promise<[path: string, stored: string]> {
    const id = prepare ? (await prepare(app)).id : '';
    return [route.replace('{id}', id), stored.replace('{id}', id)];
  }

  it('answers the same request as the first time, also after a restart, and stores one record', async () => {
    const [path, list] = await paths();
    const first = await send(path, body);
    expect(answered(first)).toEqual([expect.any(Number), expect.any(String), 'first']);
    expect(first.status).toBeLessThan(300);
    const before = await read(list);
    expect(answered(await send(path, body))).toEqual(again(first));
    await restart();
    expect(answered(await send(path, body))).toEqual(again(first));
    expect(await read(list)).toEqual(before);
  });

  it('refuses another body, and stores nothing of it', async () => {
    const [path, list] = await paths();
    await send(path, body);
    const before = await read(list);
    const refused = await send(path, other);
    expect([refused.status, refused.body]).toEqual([422, { error: 'this Idempotency-Key was used with another body' }]);
    expect(await read(list)).toEqual(before);
  });

  it('acts anew for another key, or without one', async () => {
    const [path] = await paths();
    const first = await send(path, body);
    later(clock, 1);
    for (const next of [await send(path, body, 'another'), await app.api.post(path).send(body)]) {
      expect(next.headers).not.toHaveProperty('idempotency-replayed');
      if (next.status !== 409) expect(next.text).not.toEqual(first.text);
    }
  });
});

describe('an Idempotency-Key', () => {
  it.each(['', 'x'.repeat(256), 'schlüssel', 'tab\there'])('is refused as %j', async (key) => {
    const before = app.storedText();
    const { status, body } = await send('/log', { text: 'x' }, key);
    const error = 'Idempotency-Key must be 1 to 255 printable ASCII characters';
    expect([status, body]).toEqual([400, { error, details: [{ field: 'Idempotency-Key', message: error }] }]);
    expect(app.storedText()).toBe(before);
  });

  it('may have 255 characters', async () => {
    const first = await publish('x', '~'.repeat(255));
    expect(answered(await publish('x', '~'.repeat(255)))).toEqual(again(first));
  });

  it('means something else on another route, or another path', async () => {
    await send('/log', { text: 'x' });
    expect(answered(await send('/journal', { text: 'x' }))[2]).toBe('first');
    const [one, two] = [await makeTask(app), await makeTask(app)];
    await send(`/board/tasks/${one.id}/bump`, {});
    expect(answered(await send(`/board/tasks/${two.id}/bump`, {}))[2]).toBe('first');
  });

  it('says nothing where no record is stored', async () => {
    await makeVm(app);
    for (let i = 0; i < 2; i += 1) {
      const beat = await send('/registry/vms/vm-1/heartbeat', {});
      expect([beat.status, beat.headers['idempotency-replayed']]).toEqual([200, undefined]);
    }
  });

  it('takes a body that is too deep to be written again', async () => {
    const deep = `{"text":"x","more":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const sendDeep = () => app.api.post('/log').set('Idempotency-Key', KEY).type('json').send(deep);
    const first = await sendDeep();
    expect(first.status).toBe(201);
    expect(answered(await sendDeep())).toEqual(again(first));
  });

  it('keeps no refusal', async () => {
    const vm = { id: 'vm-1', name: 'n', role: 'worker', address: 'x', registeredBy: 'ann' };
    await makeVm(app);
    expect((await send('/registry/vms', vm)).status).toBe(409);
    expect((await send('/registry/vms', { ...vm, role: 'banana' })).status).toBe(400);
    await app.api.delete('/registry/vms/vm-1');
    expect(answered(await send('/registry/vms', vm)).slice(0, 1)).toEqual([201]);
  });

  it('gets the first answer also when the thing has changed or gone since', async () => {
    const { id } = await makeTask(app);
    const first = await send(`/board/tasks/${id}/bump`, {});
    await app.api.post(`/board/tasks/${id}/bump`);
    expect(answered(await send(`/board/tasks/${id}/bump`, {}))).toEqual(again(first));
    await app.api.delete(`/board/tasks/${id}`);
    expect(answered(await send(`/board/tasks/${id}/bump`, {}))).toEqual(again(first));
  });

  it('is seen neither in answers nor in histories', async () => {
    const task = await send('/board/tasks', { title: 't', createdBy: 'ann' });
    const { id } = task.body as { id: string };
    await send(`/board/tasks/${id}/notes`, { author: 'ann', content: 'c', type: 'finding' });
    await publish('x');
    expect(readFileSync(file('board.jsonl'), 'utf8')).toContain('"_retry":{');
    for (let i = 0; i < 2; i += 1) {
      for (const path of [`/board/tasks/${id}/history`, `/board/tasks/${id}`, '/feed/events']) {
        expect((await app.api.get(path)).text).not.toContain('_retry');
      }
      await restart(() => rmSync(file('index.sqlite')));
    }
  });

  it('belongs to its caller', async () => {
    const { body } = await app.api.post('/auth/magic-link');
    const token = new URL((body as { url: string }).url).searchParams.get('token');
    const login = await app.anonymous.post('/ui/login').type('form').send({ token });
    const [cookie = ''] = login.headers['set-cookie'] as unknown as string[];
    await publish('x');
    const browser = await app.anonymous
      .post('/ui/api/feed/events')
      .set('Cookie', cookie)
      .set('Idempotency-Key', KEY)
      .send(event('y'));
    expect(answered(browser).slice(0, 1)).toEqual([201]);
  });
});

describe('the first answer', () => {
  /** Sends one request to each log, and gives what must come again. */
  async function sendAll(): Promise<() => Promise<void>> {
    const requests: [path: string, body: object, first: Response][] = [];
    for (const { route, body, prepare } of KEYED_ROUTES.filter(({ route }) => IN_LOGS.test(route))) {
      const { id } = prepare ? await prepare(app) : { id: '' };
      const path = route.replace('{id}', id);
      requests.push([path, body, await send(path, body)]);
    }
    return async () => {
      for (const [path, body, first] of requests) {
        expect([path, ...answered(await send(path, body))]).toEqual([path, ...again(first)]);
      }
    };
  }

  it('is found in the logs when the index is gone', async () => {
    const comeAgain = await sendAll();
    await restart(() => rmSync(file('index.sqlite')));
    await comeAgain();
  });

  it('outlives compaction, and the loss of the index after it', async () => {
    const comeAgain = await sendAll();
    const logs = app.app.get(RecordLogs);
    for (const log of logs.compactable) await logs.compact(log, { archive: true });
    await comeAgain();
    await restart(() => rmSync(file('index.sqlite')));
    await comeAgain();
  });

  it('outlives the clearing of the feed, twice', async () => {
    const first = await publish('x');
    for (let i = 0; i < 2; i += 1) {
      expect((await app.api.delete('/feed/events')).status).toBe(200);
      await restart(() => rmSync(file('index.sqlite')));
      expect(answered(await publish('x'))).toEqual(again(first));
    }
    expect(await read('/feed/events')).toEqual([]);
  });

  it('outlives repair', async () => {
    const comeAgain = await sendAll();
    await restart(async () => {
      for (const log of ['board', 'feed', 'registry']) {
        const text = readFileSync(file(`${log}.jsonl`), 'utf8');
        rmSync(file(`${log}.jsonl`));
        const disk = await new Disk().open(file(`${log}.jsonl`));
        await disk.write(Buffer.from(`{"broken":\n${text}`), 0);
        await disk.close();
      }
      await repairLogs(dataDir, new Disk(), clock.timestamp());
    });
    await comeAgain();
  });

  it('is forgotten after 24 hours, wherever it is kept', async () => {
    const requests: [string, object][] = [
      ['/feed/events', event('x')],
      ['/reports', { title: 't', author: 'ann', content: 'c' }],
      ['/usage/vms', USED_VM],
    ];
    for (const [path, body] of requests) {
      const first = await send(path, body);
      later(clock, 24 * HOUR_MS - 1);
      expect([path, ...answered(await send(path, body))]).toEqual([path, ...again(first)]);
      later(clock, 1);
      const next = await send(path, body);
      expect([path, ...answered(next)]).toEqual([path, 201, expect.not.stringMatching(first.text), 'first']);
      expect([path, ...answered(await send(path, body))]).toEqual([path, ...again(next)]);
    }
  });

  it('is dropped as others come, and not taken over by compaction', async () => {
    for (let i = 0; i < 5; i += 1) await publish('x', `old ${i}`);
    later(clock, 25 * HOUR_MS);
    for (let i = 0; i < 3; i += 1) await publish('x', `new ${i}`);
    const index = new Database(file('index.sqlite'), { readonly: true });
    expect(index.prepare('SELECT count(*) FROM first_answers').pluck().get()).toBe(3);
    index.close();
    later(clock, 25 * HOUR_MS);
    await app.api.delete('/feed/events');
    expect(readFileSync(file('feed.jsonl'), 'utf8')).not.toContain('_retry');
  });
});

/** A disk whose syncs wait while it is held. */
class SlowDisk extends Disk {
  private held?: PromiseWithResolvers<void>;

  hold(): void {
    this.held = Promise.withResolvers();
  }

  release(): void {
    this.held?.resolve();
    this.held = undefined;
  }

  override async open(path: string): Promise<DiskFile> {
    const file = await super.open(path);
    return {
      ...file,
      sync: async () => {
        await this.held?.promise;
        await file.sync();
      },
    };
  }
}

describe('while the first request is running', () => {
  let disk: SlowDisk;

  beforeEach(async () => {
    disk = new SlowDisk();
    await app.stop();
    app = await TestApp.start({ dataDir, clock, disk });
  });

  /** The answer, unless the client loses its patience before and hangs up. */
  const hasty = (request: ReturnType<typeof send>): Promise<Response | undefined> =>
    request.timeout({ response: 100 }).catch(() => undefined);

  it('the same one is told to come again, another body is refused', async () => {
    disk.hold();
    const first = publish('x').then((response) => response);
    let second = await hasty(publish('x'));
    while (second?.status !== 409) second = await hasty(publish('x'));
    expect([second.status, second.body, second.headers['retry-after']]).toEqual([
      409,
      { error: 'a request with this Idempotency-Key is still running' },
      '1',
    ]);
    expect((await publish('y')).status).toBe(422);
    disk.release();
    const { text } = await first;
    expect(answered(await publish('x'))).toEqual([201, text, 'true']);
  });

  it('the same one, after the client hung up, gets the answer that the client missed', async () => {
    disk.hold();
    expect(await hasty(publish('x'))).toBeUndefined();
    const second = publish('x').then((response) => response);
    setTimeout(() => disk.release(), 100);
    expect((await second).status).toBe(201);
    const events = (await read('/feed/events')) as unknown[];
    expect(events).toEqual([(await second).body]);
  });

  it('20 at once store one record', async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, () => publish('x')));
    expect(await read('/feed/events')).toHaveLength(1);
    const texts = new Set(responses.filter(({ status }) => status === 201).map(({ text }) => text));
    expect(texts.size).toBe(1);
    expect(responses.every(({ status }) => status === 201 || status === 409)).toBe(true);
  });
});

describe('two requests with one key in the same batch', () => {
  /** Both reach the writer in the same turn, as when a client hung up and came again. */
  function both(work: () => Promise<unknown>, bodies: [string, string] = ['same', 'same']): Promise<unknown[]> {
    const outcomes = bodies.map(
      (body) =>
        new Promise<unknown>((resolve) => {
          runRequest(() => {
            beginAttempt(new Attempt('key', body, clock.timestamp(), 201));
            work().then(resolve, resolve);
          });
        }),
    );
    return Promise.all(outcomes);
  }

  const STORES: [string, () => Promise<unknown>, string][] = [
    ['the logs', () => app.app.get(LogService).append({ text: 'x' }), '/log'],
    ['services.sqlite', () => app.app.get(CommitsService).record({ commitId: 'c', vmId: 'v' }), '/commits'],
    ['usage.duckdb', () => app.app.get(UsageService).recordVm(USED_VM), '/usage/vms'],
  ];

  it.each(STORES)('are one, in %s', async (_, work, list) => {
    const [first, second] = await both(work);
    const text = typeof first === 'string' ? first : JSON.stringify(first);
    expect(second).toMatchObject({ name: 'Replay', answer: text, status: 201 });
    expect(await read(list)).toMatchObject({ count: 1 });
  });

  it.each(STORES)('are one when their bodies differ, in %s', async (_, work, list) => {
    expect((await both(work, ['one', 'other']))[1]).toMatchObject({ code: 'key_reused' });
    expect(await read(list)).toMatchObject({ count: 1 });
  });

  it("are not mixed up with what others do in the writer's turn", async () => {
    await makeVm(app);
    const [feed, log, registry] = [app.app.get(FeedService), app.app.get(LogService), app.app.get(RegistryService)];
    const told = firstValueFrom(feed.events$.pipe(mergeMap(() => log.append({ text: 'told' }))));
    const vm = { id: 'vm-1', name: 'n', role: 'worker', address: 'x', registeredBy: 'ann' } as const;
    const refused = both(() => registry.register(vm));
    await feed.publish({ agent: 'ann', type: 'custom', summary: 'x' });
    await told;
    expect(await refused).toMatchObject([{ code: 'conflict' }, { code: 'conflict' }]);
    expect(await both(() => registry.register(vm))).toMatchObject([{ code: 'conflict' }, { code: 'conflict' }]);
  });
});

describe('a claim with an Idempotency-Key', () => {
  const claim = (waitSeconds: number) => send('/board/claim', { agent: 'ann', waitSeconds });

  it('that waited gets the same task again, and no other', async () => {
    const waiting = claim(10).then((response) => response);
    const { id } = await makeTask(app);
    const first = await waiting;
    expect(first.body).toMatchObject({ task: { id }, lease: { agent: 'ann', fence: 2 } });
    await makeTask(app);
    expect(answered(await claim(10))).toEqual(again(first));
    expect(await read('/board/ready')).toMatchObject({ count: 1 });
  });

  it('that found nothing may find something the next time', async () => {
    expect((await claim(0)).body).toEqual({ task: null, reason: 'none_ready' });
    await makeTask(app);
    expect((await claim(0)).body).toMatchObject({ lease: { fence: 2 } });
  });
});

it('keeps the headers of the first answer', async () => {
  const { id } = await makeTask(app);
  for (let i = 0; i < 2; i += 1) {
    const { headers } = await send(`/board/tasks/${id}/bump`, {});
    expect(headers).toMatchObject({ etag: '"2"', 'content-type': 'application/json; charset=utf-8' });
    await restart(() => rmSync(file('index.sqlite')));
  }
});
