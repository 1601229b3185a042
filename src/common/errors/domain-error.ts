/** Everything a service may refuse, by kind; the filter gives each its HTTP status. */
export type ErrorCode =
  | 'invalid_input'
  | 'unauthenticated'
  | 'sign_in'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'precondition_failed'
  | 'key_reused'
  | 'too_large'
  | 'too_many'
  | 'unavailable';

/** One field of the input and what is wrong with it. */
export interface FieldProblem {
  field: string;
  message: string;
}

interface ErrorExtras {
  details?: FieldProblem[];
  /** What a program needs to know of the refusal, as further fields of the answer. */
  facts?: Record<string, unknown>;
  /** Response headers that belong to the refusal, e.g. `Allow`. */
  headers?: Record<string, string>;
  cause?: unknown;
}

/** A refusal with a sentence for the person who reads it. Throwing one changes nothing anywhere. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly details?: FieldProblem[];
  readonly facts: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    extras: ErrorExtras = {},
  ) {
    super(message, { cause: extras.cause });
    this.details = extras.details;
    this.facts = extras.facts ?? {};
    this.headers = extras.headers ?? {};
  }
}

/** Bad input: the first problem is the sentence, all of them are the details. */
export function invalidInput(problems: FieldProblem[]): DomainError {
  return new DomainError('invalid_input', problems[0]?.message ?? 'invalid input', { details: problems });
}

export function notFound(message: string): DomainError {
  return new DomainError('not_found', message);
}

export function conflict(message: string, facts: Record<string, unknown> = {}): DomainError {
  return new DomainError('conflict', message, { facts });
}

/** Asked for too often; `waitMs` is when it makes sense again. */
export function tooMany(message: string, waitMs: number): DomainError {
  const seconds = String(Math.max(1, Math.ceil(waitMs / 1000)));
  return new DomainError('too_many', `${message}; try again in ${seconds} s`, { headers: { 'Retry-After': seconds } });
}

/** Nothing can be written (or nothing answered) right now; the same request may work in a moment. */
export function unavailable(message: string, cause?: unknown): DomainError {
  return new DomainError('unavailable', message, { headers: { 'Retry-After': '1' }, cause });
}
