import { describe, expect, it } from '@jest/globals';
import { Page, takePage } from './page.js';
import { inSlices, Part } from './slices.js';

const STORED = Array.from({ length: 5000 }, (_, i) => String(i).padStart(4, '0'));

/** Newest first, as a repository reads. */
function newest({ limit, cursor = '~' }: Part): Page {
  const rows = STORED.toReversed().filter((text) => text < cursor);
  const text = (row: string): string => row;
  return takePage(rows, limit, text, text);
}

function oldestFirst(part: Part): Page {
  const page = newest(part);
  return { ...page, items: page.items.toReversed() };
}

/** What is given, with its joined items as text. */
async function given(list: Promise<Page>): Promise<object> {
  const { joined, ...page } = await list;
  return { ...page, joined: joined && Buffer.concat(joined).toString() };
}

/** What should be given: only lists of more than one slice are joined. */
function wanted(page: Page, separator: string, isLong = page.items.length > 1000): object {
  return { ...page, joined: isLong ? page.items.join(separator) : undefined };
}

describe('inSlices', () => {
  it.each([
    { limit: 1 },
    { limit: 1000 },
    { limit: 1001 },
    { limit: 2000 },
    { limit: 4999 },
    { limit: 5000 },
    { limit: 10_000 },
    { limit: 3000, cursor: '4321' },
  ])('gives what one reading gives: %j', async (part) => {
    expect(await given(inSlices(part, 'newest first', newest))).toEqual(wanted(newest(part), ','));
    expect(await given(inSlices(part, 'oldest first', oldestFirst, '; '))).toEqual(wanted(oldestFirst(part), '; '));
  });

  it('ends where the rest was deleted between two slices', async () => {
    let slices = 0;
    const read = (part: Part): Page => (++slices === 1 ? newest(part) : { items: [] });
    const list = await given(inSlices({ limit: 5000 }, 'newest first', read));
    expect(list).toEqual(wanted({ items: STORED.toReversed().slice(0, 1000) }, ',', true));
  });

  it('lets others have their turn between two slices', async () => {
    const seen: string[] = [];
    const list = inSlices({ limit: 5000 }, 'newest first', (part) => {
      seen.push('slice');
      setImmediate(() => seen.push('other'));
      return newest(part);
    });
    await list;
    expect(seen.join(' ')).toBe('slice other slice other slice other slice other slice');
  });

  it('ends early, with a cursor, once it holds 32 MiB of text', async () => {
    const long = 'x'.repeat(10 << 10);
    const read = (part: Part): Page => {
      const page = newest(part);
      return { ...page, items: page.items.map((text) => text + long) };
    };
    const { items, nextCursor } = await inSlices({ limit: 5000 }, 'newest first', read);
    expect([items.length, nextCursor]).toEqual([4000, '1000']);
  });

  it('gives a list that is one slice as it was read, with what is kept of it', async () => {
    const page: Page = { items: ['a'], made: new Map() };
    expect(await inSlices({ limit: 10 }, 'newest first', () => page)).toBe(page);
  });
});
