/** What goes wrong between here and the server, in sentences that say what to do about it. */

export interface Failure {
  /** When it was this server that refused it. */
  status?: number;
  /** What the server calls the reason. */
  code?: unknown;
  retryAfterMs?: number;
  /** It never got to the server. */
  isUnsent?: boolean;
  /** The connection broke, and nobody knows whether the server has done it. */
  isBroken?: boolean;
}

/** A call that failed. */
export class ServiceError extends Error implements Failure {
  readonly status?: number;
  readonly code?: unknown;
  readonly retryAfterMs?: number;
  readonly isUnsent?: boolean;
  readonly isBroken?: boolean;

  constructor(message: string, failure: Failure = {}) {
    super(message);
    Object.assign(this, failure);
  }
}

/** What to say of an error; one of the language's own comes from an answer of another shape than this server's. */
export function messageOf(error: unknown): string {
  const { message } = error instanceof Error ? error : new Error(String(error));
  return error instanceof TypeError ? `the answer is not as expected (${message}). Check VERS_INFRA_URL.` : message;
}

/** What to do when a task cannot be had, or not any more. */
const ADVICE: Record<string, string> = {
  held: 'Leave it to them, and take another with board_next.',
  blocked: 'Take another with board_next; this one is offered again when nothing blocks it.',
  not_claimable: 'Take another with board_next.',
  at_capacity: 'Finish a task that you hold, or give one back with board_release.',
  lease_lost: 'Stop working on it: another agent may be at it. Leave a note, and take another with board_next.',
};

/** What to do about a refusal. */
export function adviceOn({ status, headers }: Response, code: unknown): string | undefined {
  if (typeof code === 'string' && Object.hasOwn(ADVICE, code)) return ADVICE[code];
  switch (status) {
    case 400:
      return 'Nothing was changed: correct it and call again.';
    case 401:
      return "Set VERS_AUTH_TOKEN to the server's token and start pi again.";
    case 404:
      return 'Look the id up in the list of the same service.';
    case 409:
      return 'It exists already: nothing was changed.';
    case 413:
      return 'Nothing was changed: send less.';
    case 429:
    case 503:
      return `Nothing was changed: try again in ${headers.get('retry-after') ?? 'some'} s.`;
    default:
      return status >= 500 ? 'The server failed: try again later.' : undefined;
  }
}
