/** Does `work` for each item, at most `workers` at a time; the first failure ends it. */
export async function inParallel<T>(
  items: Iterable<T>,
  workers: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const run = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: workers }, run));
}

export function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
