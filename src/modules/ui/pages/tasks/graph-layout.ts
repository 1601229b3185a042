import type { TaskGraph } from './task-graph.js';

/** Of a task, and of the room between two. */
const WIDTH = 184;
const HEIGHT = 44;
const GAP_X = 40;
const GAP_Y = 12;
/** Room for what is drawn around a task. */
const EDGE = 2;

interface Place {
  x: number;
  y: number;
}

export interface GraphPicture {
  width: number;
  height: number;
  /** Size of each task. */
  box: { width: number; height: number };
  /** Where each task's box begins, by id. */
  places: Map<string, Place>;
  /** What `d` of a `<path>` is, from the right of one task to the left of another. */
  paths: string[];
}

/** Draws a graph from left to right: each task stands before all that wait for it. */
export function graphPicture({ cards, edges }: Pick<TaskGraph, 'cards' | 'edges'>): GraphPicture {
  const steps = stepsOf([...cards.keys()], edges);
  const columns = [...Map.groupBy(steps.keys(), (id) => steps.get(id) ?? 0)].sort(([a], [b]) => a - b);
  const rows = Math.max(...columns.map(([, ids]) => ids.length));
  const places = new Map(
    columns.flatMap(([, ids], column) =>
      ids.map((id, row): [string, Place] => [
        id,
        { x: EDGE + column * (WIDTH + GAP_X), y: EDGE + (row + (rows - ids.length) / 2) * (HEIGHT + GAP_Y) },
      ]),
    ),
  );
  return {
    width: columns.length * (WIDTH + GAP_X) - GAP_X + 2 * EDGE,
    height: rows * (HEIGHT + GAP_Y) - GAP_Y + 2 * EDGE,
    box: { width: WIDTH, height: HEIGHT },
    places,
    paths: edges.map(([from, to]) => path(places.get(from), places.get(to))),
  };
}

/** In which column each stands: before the first of those that wait for it. */
function stepsOf(ids: string[], edges: TaskGraph['edges']): Map<string, number> {
  const steps = new Map(ids.map((id) => [id, 0]));
  // As often as there are tasks is enough for the longest chain, and ends where there is a circle.
  for (const [from, to] of ids.flatMap(() => edges)) {
    steps.set(from, Math.min(steps.get(from) ?? 0, (steps.get(to) ?? 0) - 1));
  }
  return steps;
}

function path(from: Place = { x: 0, y: 0 }, to: Place = { x: 0, y: 0 }): string {
  const [x, y, toX, toY] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2];
  const bend = GAP_X / 2;
  return `M${x} ${y}C${x + bend} ${y} ${toX - bend} ${toY} ${toX} ${toY}`;
}
