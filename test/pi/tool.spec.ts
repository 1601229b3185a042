import { expect, it } from '@jest/globals';
import { type Answer, tool, type Toolbox } from '../../extension/tools/tool.js';
import { top } from '../../extension/tools/wording.js';

/** What a tool says that has this answer. */
async function said(answer: Answer, input: object = {}): Promise<string> {
  const define = tool({ name: 'x', does: 'x', when: 'x', takes: {}, run: () => Promise.resolve(answer) });
  const { content } = await define({} as Toolbox).execute('1', input, undefined);
  return content.map(({ text }) => text).join();
}

it('a tool says its text, and on request the JSON, without the fence', async () => {
  const answer = { text: 'Yours', body: { task: { id: 't' }, lease: { agent: 'a', fence: 3 } } };
  expect(await said(answer)).toBe('Yours');
  expect(await said(answer, { json: true })).toBe('{"task":{"id":"t"},"lease":{"agent":"a"}}');
});

it.each([
  [12_000, {}],
  [40_000, { json: true }],
])('a tool says no more than %d characters, and how to get at the rest', async (most, input) => {
  const text = 'a'.repeat(50_000);
  const [start = '', end] = (await said({ text, body: text }, input)).split('\n');
  expect(start.length).toBe(most);
  expect(end).toMatch(new RegExp(`^… cut here, at ${most} of 5000\\d characters: lower \`limit\` or narrow`));
});

it('a ranking names twenty, and how to get the others', () => {
  const lines = Array.from({ length: 23 }, (_, i) => `line ${i}`);
  expect(top(lines)).toEqual([...lines.slice(0, 20), '… and 3 more: `json: true` has all.']);
  expect(top(lines.slice(0, 20))).toEqual(lines.slice(0, 20));
});
