/** What goes wrong between here and the server, in sentences that say what to do about it. */

/** A call that failed; `status` is there when it was this server that refused it. */
export class ServiceError extends Error {
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

/** What to say of an error; one of the language's own comes from an answer of another shape than this server's. */
export function messageOf(error: unknown): string {
  const { message } = error instanceof Error ? error : new Error(String(error));
  return error instanceof TypeError ? `the answer is not as expected (${message}). Check VERS_INFRA_URL.` : message;
}

/** What to do about a refusal. */
export function adviceOn({ status, headers }: Response): string | undefined {
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
