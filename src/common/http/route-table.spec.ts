import { describe, expect, it } from '@jest/globals';
import express from 'express';
import fc from 'fast-check';
import { mayMeet, RouteTable } from './route-table.js';

const METHODS = ['get', 'post', 'patch'] as const;
/** Few, so that patterns meet. */
const SEGMENTS = ['a', 'B', 'a.b', '~', ':x', ':y'];
const pattern = fc
  .array(fc.constantFrom(...SEGMENTS), { minLength: 1, maxLength: 3 })
  .map((parts) => `/${parts.join('/')}`);
const route = fc.record({ method: fc.constantFrom(...METHODS), pattern });
const path = fc
  .array(fc.constantFrom('a', 'A', 'b', 'B', 'a.b', 'axb', '~', 'c', '..'), { minLength: 1, maxLength: 3 })
  .map((parts) => `/${parts.join('/')}`);

interface Found {
  place: number;
  params: object;
}

/** What Express answers with the same routes, in the same order. */
function expressWith(routes: { method: (typeof METHODS)[number]; pattern: string }[]) {
  const app = express();
  let found: Found | undefined;
  for (const [place, { method, pattern }] of routes.entries()) {
    app[method](pattern, (request) => void (found = { place, params: { ...request.params } }));
  }
  return (method: string, url: string): Found | undefined => {
    found = undefined;
    const response = { setHeader: () => undefined, end: () => undefined, getHeaderNames: () => [] };
    app.router({ method, url, headers: {} } as never, response as never, () => undefined);
    return found;
  };
}

describe('the route table', () => {
  it('finds for a plain path the route and the parameters that Express finds', () => {
    fc.assert(
      fc.property(
        fc.array(route, { maxLength: 8 }),
        path,
        fc.constantFrom('GET', 'HEAD', 'POST', 'PUT'),
        (routes, url, method) => {
          const table = new RouteTable();
          const handlers = routes.map(() => () => undefined);
          for (const [i, { method, pattern }] of routes.entries()) {
            expect(table.add(method, pattern, handlers[i] ?? (() => undefined))).toBe(true);
          }
          const found = table.find(method, `${url}?a=/x`);
          const ours = found && { place: handlers.indexOf(found.handler as never), params: { ...found.params } };
          expect(ours).toEqual(expressWith(routes)(method, `${url}?a=/x`));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(['/a/', '//a', '/a%62', '/a;b', '*', 'http://x/a', '/a#b', '/a b', '/', '', '/ä'])(
    'leaves to Express: %j',
    (url) => {
      const table = new RouteTable();
      table.add('get', '/:any', () => undefined);
      table.add('get', '/a/:any', () => undefined);
      expect(table.find('GET', url)).toBeUndefined();
    },
  );

  it.each([
    ['get', '/{*path}'],
    ['get', '/a/:x.json'],
    ['get', '/a{/:x}'],
    ['get', '/a(b)'],
    ['all', '/a'],
    ['head', '/a'],
  ])('does not take %s %s', (method, pattern) => {
    expect(new RouteTable().add(method, pattern, () => undefined)).toBe(false);
  });
});

describe('two patterns', () => {
  it.each([
    ['/ui/feed/export.:ending', '/ui/feed/:id'],
    ['/ui/:list/export.:ending', '/ui/feed/:id'],
    ['/UI/feed', '/ui/:page'],
    ['/{*path}', '/a/b'],
    ['/a/*rest', '/a/:b/c/d'],
    ['/a{/:b}', '/a'],
  ])('may meet: %s and %s', (one, other) => {
    expect([mayMeet(one, other), mayMeet(other, one)]).toEqual([true, true]);
  });

  it.each([
    ['/ui/feed/export.:ending', '/ui/log/:id'],
    ['/ui/feed/export.:ending', '/ui/feed'],
    ['/a/*rest', '/b/:c'],
  ])('never meet: %s and %s', (one, other) => {
    expect([mayMeet(one, other), mayMeet(other, one)]).toEqual([false, false]);
  });
});
