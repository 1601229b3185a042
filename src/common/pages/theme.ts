import type { Request } from 'express';

const CHOSEN = /(?:^|;\s*)theme=(light|dark)(?=;|$)/;

/** The theme that was chosen in this browser; `undefined` when that is the system's. */
export function themeOf({ headers }: Request): string | undefined {
  return CHOSEN.exec(headers.cookie ?? '')?.[1];
}
