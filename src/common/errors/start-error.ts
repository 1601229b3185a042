/** Something the operator has to put right before the server can start; shown without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
