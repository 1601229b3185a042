const waiting: (() => void)[] = [];

/**
 * Resolves in a turn of the event loop that nothing else waiting here gets. Work that takes milliseconds and goes on, such
 * as the reading of long lists, comes one piece a turn, however many are at it; whatever else has arrived comes between.
 */
export function ownTurn(): Promise<void> {
  if (waiting.length === 0) setImmediate(next);
  return new Promise((resolve) => waiting.push(resolve));
}

function next(): void {
  const go = waiting.shift();
  if (waiting.length > 0) setImmediate(next);
  go?.();
}
