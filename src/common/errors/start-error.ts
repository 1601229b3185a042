/** Something the operator has to put right before the server can start; shown without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Ends the process; what its operator has to put right is said in one sentence, everything else with its stack. */
export function exitWith(error: unknown): never {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}
