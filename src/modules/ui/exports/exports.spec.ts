import { describe, expect, it } from '@jest/globals';
import { Clock } from '../../../common/clock.js';
import type { Page } from '../../../common/storage/page.js';
import { Exports } from './exports.js';

/** A list without end, which counts how often it is read. */
class EndlessList {
  readonly name = 'endless';
  readonly columns = ['text'];
  reads = 0;

  readonly page = (): Page => {
    this.reads += 1;
    return { items: Array.from({ length: 500 }, () => JSON.stringify({ text: 'x'.repeat(1000) })), nextCursor: 'more' };
  };
}

describe('Exports', () => {
  it('reads no more than is taken, and stops when the reader leaves', async () => {
    const list = new EndlessList();
    const stream = (await new Exports(new Clock()).file('csv', list)).getStream();
    expect(list.reads).toBe(1);
    let taken = 0;
    for await (const chunk of stream) {
      taken += (chunk as string).length;
      if (taken > 2_000_000) break;
    }
    expect(stream.destroyed).toBe(true);
    // A page is half a million characters.
    expect(list.reads).toBeLessThanOrEqual(5);
  });

  it('lets others have their turn between chunks', async () => {
    const stream = (await new Exports(new Clock()).file('csv', new EndlessList())).getStream();
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    const chunks = stream.iterator();
    for (let i = 0; i < 100; i += 1) await chunks.next();
    clearImmediate(timer);
    stream.destroy();
    expect(turns).toBeGreaterThanOrEqual(90);
  });

  it('breaks off where a page cannot be read, so that no file looks whole that is not', async () => {
    const list = { ...new EndlessList(), page: ({ cursor }: { cursor?: string }) => pageOrFailure(cursor) };
    const stream = (await new Exports(new Clock()).file('ndjson', list)).getStream();
    await expect(stream.toArray()).rejects.toThrow('the disk is gone');
  });
});

function pageOrFailure(cursor: string | undefined): Page {
  if (cursor !== undefined) throw new Error('the disk is gone');
  return { items: ['{}'], nextCursor: 'more' };
}
