/** Thrown in the place of an answer: the request was answered before, and gets that answer again. */
export class Replay extends Error {
  override readonly name = 'Replay';

  constructor(
    readonly answer: string,
    readonly status: number,
    readonly headers: Record<string, string>,
  ) {
    super('answered before');
  }
}
