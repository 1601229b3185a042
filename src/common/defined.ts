/** The fields that have a value. A field set to `undefined` would otherwise overwrite what it is spread over. */
export function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
