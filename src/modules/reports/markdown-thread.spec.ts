import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MarkdownThread } from './markdown-thread.js';
import type { Source } from './rendering.js';

const BOMB = { title: '', content: `[a]: https://a.example/${'x'.repeat(500_000)}\n\n${'[a] '.repeat(100_000)}` };
const text = (content: string): Source => ({ title: '', content });

let thread: MarkdownThread;
beforeEach(() => {
  thread = new MarkdownThread();
});
afterEach(() => thread.stop());

describe('MarkdownThread', () => {
  it('renders one text after the other, also after one that it cannot render', async () => {
    const renderings = await Promise.all([BOMB, text('*a*'), text('b')].map((source) => thread.renderInTurn(source)));
    expect(renderings).toEqual([
      { html: null, excerpt: '' },
      { html: '<p><em>a</em></p>\n', excerpt: 'a' },
      { html: '<p>b</p>\n', excerpt: 'b' },
    ]);
  });

  it('gives up a text that takes too long, and goes on with the next on another thread', async () => {
    const impatient = new MarkdownThread({ renderMaxMs: 1 });
    expect(await impatient.renderInTurn(BOMB)).toEqual({ html: null, excerpt: '' });
    await impatient.stop();
  });

  it('lets nobody wait long, and keeps no more than 64 waiting', async () => {
    const impatient = new MarkdownThread({ waitMaxMs: 1 });
    const first = impatient.renderInTurn(BOMB);
    expect(await impatient.render(text('late'))).toBeUndefined();
    const waiting = Array.from({ length: 64 }, () => impatient.renderInTurn(text('a')));
    expect(await impatient.render(text('too many'))).toBeUndefined();
    expect((await Promise.all([first, ...waiting])).at(-1)).toEqual({ html: '<p>a</p>\n', excerpt: 'a' });
    await impatient.stop();
  });

  it('leaves nobody waiting when it stops', async () => {
    const waiting = [BOMB, text('a'), text('b')].map((source) => thread.renderInTurn(source));
    await thread.stop();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined, undefined]);
    expect(await thread.render(text('c'))).toBeUndefined();
  });
});
