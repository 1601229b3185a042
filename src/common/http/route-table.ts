import type { NextFunction, Request, Response } from 'express';

export type RouteHandler = (request: Request, response: Response, next: NextFunction) => unknown;

interface Route {
  /** Where it stands among all routes: of those that match, the first one answers. */
  place: number;
  handler: RouteHandler;
  parameters: readonly [name: string, segment: number][];
}

export interface Found {
  handler: RouteHandler;
  params: Record<string, string>;
}

interface Branch {
  /** By the segment's text in lower case, as case makes no difference. */
  fixed: Map<string, Branch>;
  parameter?: Branch;
  routes: Map<string, Route>;
}

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);
/** A path that every router reads alike: nothing is escaped, empty, or of another origin. */
const PLAIN_PATH = /^(?:\/[\w.:~-]+)+$/;
/** Segments that are fixed or one parameter; all else has more to it than a table can know. */
const PLAIN_PATTERN = /^(?:\/(?::\w+|[\w.~-]+))+\/?$/;

/** A segment that may stand for several, or for none. */
const OPEN_ENDED = /[*{}]/;

/**
 * Finds the route of a plain path by its segments, where Express tries one pattern after the other. It leaves to Express
 * what is not plain: both lead to the same handler.
 */
export class RouteTable {
  private readonly root = branch();
  private places = 0;

  /**
   * Routes are to be added in the order in which they are tried.
   * @param method in lower case
   * @returns false for what is not plain
   */
  add(method: string, pattern: string, handler: RouteHandler): boolean {
    if (!METHODS.has(method) || !PLAIN_PATTERN.test(pattern)) return false;
    const parameters: [string, number][] = [];
    let at = this.root;
    for (const [i, segment] of segmentsOf(pattern.replace(/\/$/, '')).entries()) {
      if (segment.startsWith(':')) {
        parameters.push([segment.slice(1), i]);
        at = at.parameter ??= branch();
      } else {
        const key = segment.toLowerCase();
        const next = at.fixed.get(key) ?? branch();
        at.fixed.set(key, next);
        at = next;
      }
    }
    const name = method.toUpperCase();
    if (!at.routes.has(name)) at.routes.set(name, { place: this.places++, handler, parameters });
    return true;
  }

  find(method: string, url: string): Found | undefined {
    const end = url.indexOf('?');
    const path = end === -1 ? url : url.slice(0, end);
    if (!PLAIN_PATH.test(path)) return undefined;
    const segments = segmentsOf(path);
    const route = firstOf(this.root, segments, 0, method === 'HEAD' ? 'GET' : method);
    if (!route) return undefined;
    const params = Object.create(null) as Record<string, string>;
    for (const [name, segment] of route.parameters) params[name] = segments[segment] ?? '';
    return { handler: route.handler, params };
  }
}

/** Whether there may be a path that matches both patterns, of which one need not be plain. */
export function mayMeet(one: string, other: string): boolean {
  const [ones, others] = [segmentsOf(one), segmentsOf(other)];
  for (const [i, segment] of ones.entries()) {
    const beside = others[i];
    // From a segment on that may be any number of them, all is open.
    if (beside === undefined || OPEN_ENDED.test(segment) || OPEN_ENDED.test(beside)) break;
    const areFixed = !segment.includes(':') && !beside.includes(':');
    if (areFixed && segment.toLowerCase() !== beside.toLowerCase()) return false;
  }
  return ones.length === others.length || [...ones, ...others].some((segment) => OPEN_ENDED.test(segment));
}

function firstOf(at: Branch, segments: readonly string[], depth: number, method: string): Route | undefined {
  if (depth === segments.length) return at.routes.get(method);
  const fixed = at.fixed.get((segments[depth] ?? '').toLowerCase());
  const byName = fixed && firstOf(fixed, segments, depth + 1, method);
  const byParameter = at.parameter && firstOf(at.parameter, segments, depth + 1, method);
  if (!byName || !byParameter) return byName ?? byParameter;
  return byName.place < byParameter.place ? byName : byParameter;
}

function segmentsOf(path: string): string[] {
  return path.slice(1).split('/');
}

function branch(): Branch {
  return { fixed: new Map(), routes: new Map() };
}
