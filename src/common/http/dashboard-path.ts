import type { Request } from 'express';

const DASHBOARD = '/ui';
const BROWSER_API = '/ui/api';

/** What stands outside the API, in part without guards, and so cannot be reached through `/ui/api`. */
const NO_API = /^\/(ui|docs|docs-json)(?![^/?])/i;

const forBrowsers = new WeakSet<Request>();

/**
 * `/ui/api/<path>` is the API at `/<path>` for a browser with a session: the request goes on under that path, and stays
 * marked, so that it has to bring a session whatever the path says.
 */
export function enterBrowserApi(request: Request): void {
  if (!request.url.startsWith(`${BROWSER_API}/`)) return;
  const path = request.url.slice(BROWSER_API.length);
  forBrowsers.add(request);
  // The rest keeps a path that no route has.
  if (!NO_API.test(path)) request.url = path;
}

export function isForBrowserApi(request: Request): boolean {
  return forBrowsers.has(request);
}

/** True for everything that a session lets in to. */
export function isForDashboard({ originalUrl }: Request): boolean {
  return originalUrl.startsWith(DASHBOARD) && ['', '/', '?'].includes(originalUrl.charAt(DASHBOARD.length));
}

/** True when an answer is to be read by a person, not by a program. */
export function wantsPage(request: Request): boolean {
  return isForDashboard(request) && !isForBrowserApi(request) && request.accepts('html', 'json') === 'html';
}
