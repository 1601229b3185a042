import type { CookieOptions, Request, Response } from 'express';
import { SESSION_SECONDS } from './sessions.service.js';

const NAME = 'session';
const VALUE = /(?:^|;\s*)session=([\w-]+)/;
const OPTIONS: CookieOptions = { httpOnly: true, sameSite: 'lax', path: '/' };

/** What the browser presents as its session; `undefined` when it presents nothing. */
export function sessionOf({ headers }: Request): string | undefined {
  return VALUE.exec(headers.cookie ?? '')?.[1];
}

/** Gives a session to the browser; `secure` keeps it off unencrypted connections. */
export function setSession(response: Response, session: string, secure: boolean): void {
  response.cookie(NAME, session, { ...OPTIONS, maxAge: SESSION_SECONDS * 1000, secure });
}

export function clearSession(response: Response): void {
  response.clearCookie(NAME, OPTIONS);
}
