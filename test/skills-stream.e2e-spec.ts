import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { temporaryFolder, TestApp, TOKEN } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { anId, inParallel, makeItem, makeSkill, NOON } from './support/make.js';
import { SseMessage, TestStream } from './support/stream.js';

const RESET = { event: 'reset', data: {} };

let app: TestApp;
let clock: FakeClock;
let dataDir: string;
let streams: TestStream[];

beforeEach(async () => {
  clock = new FakeClock();
  dataDir = temporaryFolder();
  app = await TestApp.start({ clock, dataDir });
  streams = [];
});

afterEach(async () => {
  for (const stream of streams) stream.close();
  await app.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function open(query = '', headers: Record<string, string> = {}): Promise<TestStream> {
  const stream = await TestStream.open(`${app.url}/skills/stream${query}`, headers);
  streams.push(stream);
  return stream;
}

async function publish(name: string): Promise<void> {
  const response = await fetch(`${app.url}/skills/items`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ name, description: 'd', content: 'c', publishedBy: 'ann' }),
  });
  expect(response.status).toBe(201);
  await response.body?.cancel();
}

/** The ids of so many changes that were just made, read off a stream. */
async function publishAll(count: number): Promise<string[]> {
  const stream = await open();
  for (let i = 0; i < count; i++) await publish(`skill-${i}`);
  return idsOf(await stream.take(count));
}

function idsOf(messages: SseMessage[]): string[] {
  return messages.map(({ id = '' }) => id);
}

function nameOf(message: SseMessage | undefined): string {
  return (message?.data as { name: string }).name;
}

describe('GET /skills/stream', () => {
  it('tells of every kind of change, once it can be read', async () => {
    const stream = await open();
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await makeSkill(app);
    await makeSkill(app);
    await makeSkill(app, { enabled: false });
    await app.api.patch('/skills/items/review').send({ enabled: true, description: 'new' });
    await app.api.patch('/skills/items/review').send({ enabled: true });
    await app.api.patch('/skills/items/review').send({});
    await app.api.patch('/skills/items/review').send({ tags: ['x'] });
    await app.api.patch('/skills/items/review').send({ enabled: false });
    await app.api.delete('/skills/items/review');
    await makeItem(app, 'extensions');
    const expected = [
      ['skill', 1, 'publish'],
      ['skill', 2, 'update'],
      ['skill', 3, 'update'],
      ['skill', 3, 'disable'],
      ['skill', 3, 'update'],
      ['skill', 3, 'enable'],
      ['skill', 3, 'update'],
      ['skill', 3, 'disable'],
      ['skill', 3, 'remove'],
      ['extension', 1, 'publish'],
    ];
    const messages = await stream.take(expected.length);
    expect(messages).toEqual(
      expected.map(([type, version, action]) => ({
        id: anId,
        data: { id: anId, type, name: 'review', version, action, timestamp: NOON },
      })),
    );
    const ids = idsOf(messages);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(messages.map(({ data }) => (data as { id: string }).id)).toEqual(ids);
  });

  it('tells nothing of a sync', async () => {
    const stream = await open();
    await app.api.post('/skills/sync').send({ agentId: 'ann' });
    await publish('after');
    expect(nameOf(await stream.next())).toBe('after');
  });

  it('resumes behind a cursor, also after a restart; Last-Event-ID beats since', async () => {
    const ids = await publishAll(4);
    await app.stop();
    app = await TestApp.start({ clock, dataDir });
    const stream = await open(`?since=${ids[1]?.toLowerCase()}`);
    const browser = await open(`?since=${ids[0]}`, { 'Last-Event-ID': ids[2] ?? '' });
    await publish('live');
    expect((await stream.take(3)).map(nameOf)).toEqual(['skill-2', 'skill-3', 'live']);
    expect((await browser.take(2)).map(nameOf)).toEqual(['skill-3', 'live']);
  });

  it('says reset for a cursor that it does not know, then tells all that is later', async () => {
    const [first = ''] = await publishAll(3);
    const unknown = `${first.slice(0, -1)}${first.endsWith('0') ? '1' : '0'}`;
    const messages = await (await open(`?since=${unknown}`)).take(unknown < first ? 4 : 3);
    expect(messages[0]).toEqual(RESET);
    expect(messages.slice(1).map(nameOf)).toEqual(
      unknown < first ? ['skill-0', 'skill-1', 'skill-2'] : ['skill-1', 'skill-2'],
    );
    expect(await (await open('', { 'Last-Event-ID': '0' })).next()).toEqual(RESET);
  });

  it('loses, doubles and reorders nothing for readers that catch up while others publish', async () => {
    const all = await open();
    const stored = await publishAll(700);
    const readers: { stream: TestStream; after: number }[] = [];
    let more = 0;
    const publishers = inParallel(4, 4, async () => {
      while (readers.length < 30) await publish(`more-${more++}`);
    });
    await inParallel(30, 2, async (i) => {
      readers.push({ stream: await open(`?since=${stored[i * 20]}`), after: i * 20 });
    });
    await publishers;
    const everything = idsOf(await all.take(700 + more));
    expect(everything).toEqual([...new Set(everything)].sort());
    for (const { stream, after } of readers) {
      const expected = everything.slice(after + 1);
      expect(idsOf(await stream.take(expected.length))).toEqual(expected);
    }
  });

  it('ends when the server shuts down, after what was published', async () => {
    const stream = await open();
    await publish('last');
    await app.stop();
    expect([nameOf(await stream.next()), await stream.next()]).toEqual(['last', undefined]);
    app = await TestApp.start({ clock, dataDir });
  });
});
