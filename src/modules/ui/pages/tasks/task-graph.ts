import type { TaskCard } from '../../../board/cards.service.js';

const NODES_MAX = 20;
const WAITING_MAX = 6;

/** Where the graph gets its tasks from. */
export interface TaskSource {
  find(id: string): TaskCard | undefined;
  /** Ids of unfinished tasks that build on this one. */
  waitingFor(id: string, limit: number): string[];
}

type Edge = [from: string, to: string];

/** Tasks that wait for one another; each edge leads from what has to be done first to what waits for it. */
export interface TaskGraph {
  /** By id; without a card where there is no such task. */
  cards: Map<string, TaskCard | undefined>;
  edges: Edge[];
  /** There are more than are shown. */
  isCut: boolean;
}

/** All that a task waits for, through others too, and the unfinished tasks that wait for it. */
export function taskGraph(about: TaskCard, source: TaskSource): TaskGraph {
  const graph: TaskGraph = { cards: new Map([[about.id, about]]), edges: [], isCut: false };
  // What is added meanwhile is looked at too, each task once, so that circles in a predecessor's data end.
  for (const [id, card] of graph.cards) {
    for (const blocker of card?.blockedBy ?? []) add(graph, blocker, [blocker, id], source);
  }
  const waiting = source.waitingFor(about.id, WAITING_MAX + 1);
  for (const id of waiting.slice(0, WAITING_MAX)) add(graph, id, [about.id, id], source);
  graph.isCut ||= waiting.length > WAITING_MAX;
  return graph;
}

function add(graph: TaskGraph, id: string, edge: Edge, source: TaskSource): void {
  const isShown = graph.cards.has(id) || graph.cards.size < NODES_MAX;
  graph.isCut ||= !isShown;
  if (!isShown) return;
  if (!graph.cards.has(id)) graph.cards.set(id, source.find(id));
  graph.edges.push(edge);
}
