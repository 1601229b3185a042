import { expect, it } from '@jest/globals';
import type { TaskCard } from '../../../board/cards.service.js';
import { graphPicture } from './graph-layout.js';
import { taskGraph, type TaskSource } from './task-graph.js';

/** Tasks by id, each with the ids of what it waits for. */
function board(blockedBy: Record<string, string[]>): TaskSource & { card: (id: string) => TaskCard } {
  const card = (id: string): TaskCard => ({ id, blockedBy: blockedBy[id] }) as TaskCard;
  return {
    card,
    find: (id) => (id in blockedBy ? card(id) : undefined),
    waitingFor: (id, limit) =>
      Object.keys(blockedBy)
        .filter((other) => blockedBy[other]?.includes(id))
        .slice(0, limit),
  };
}

it('follows what a task waits for to its beginning, and what waits for it one step', () => {
  const source = board({ roof: ['walls'], walls: ['stones', 'gone'], stones: [], tiles: ['roof'], flag: ['tiles'] });
  const { cards, edges, isCut } = taskGraph(source.card('roof'), source);
  expect([...cards].map(([id, card]) => [id, card !== undefined])).toEqual([
    ['roof', true],
    ['walls', true],
    ['stones', true],
    ['gone', false],
    ['tiles', true],
  ]);
  expect(edges).toEqual([
    ['walls', 'roof'],
    ['stones', 'walls'],
    ['gone', 'walls'],
    ['roof', 'tiles'],
  ]);
  expect(isCut).toBe(false);
});

it('is cut where there is too much, and says so', () => {
  const many = Array.from({ length: 50 }, (_, i) => `b${i}`);
  const source = board({ all: many, ...Object.fromEntries(many.map((id) => [id, []])) });
  const { cards, edges, isCut } = taskGraph(source.card('all'), source);
  expect([cards.size, edges.length, isCut]).toEqual([20, 19, true]);
  const waiting = board({ one: [], ...Object.fromEntries(many.map((id) => [id, ['one']])) });
  expect(taskGraph(waiting.card('one'), waiting)).toMatchObject({ isCut: true, edges: { length: 6 } });
});

it('ends where a predecessor left a circle', () => {
  const source = board({ hen: ['egg'], egg: ['hen'] });
  const graph = taskGraph(source.card('hen'), source);
  expect(graph.cards.size).toBe(2);
  expect(graphPicture(graph).places.size).toBe(2);
});

it('draws each task before all that wait for it', () => {
  const source = board({ roof: ['walls', 'stones'], walls: ['stones'], stones: [], tiles: ['roof'] });
  const { places, width, height, box } = graphPicture(taskGraph(source.card('roof'), source));
  const x = (id: string): number => places.get(id)?.x ?? NaN;
  const order = ['stones', 'walls', 'roof', 'tiles'];
  expect(order.toSorted((a, b) => x(a) - x(b))).toEqual(order);
  expect(new Set(order.map(x)).size).toBe(4);
  for (const { x: left, y: top } of places.values()) {
    expect(left + box.width).toBeLessThanOrEqual(width);
    expect(top + box.height).toBeLessThanOrEqual(height);
  }
});
