import { LRUCache } from 'lru-cache';
import type { Page } from './page.js';

/** Of all that is kept together; in memory a text takes one byte a character, and the answer made of it as many again. */
const KEPT_MAX_CHARACTERS = 8 << 20;
/** Larger ones are asked for too seldom. */
const VALUE_MAX_CHARACTERS = 1 << 20;

interface KeptValue {
  version: number;
  value: unknown;
  characters: number;
}

/** Something that is worked out from what is stored. */
export interface Derived<T> {
  /** Tells it from all others that are kept together. */
  key: readonly unknown[];
  /** Of what it is worked out from; grows whenever that changes. */
  version: number;
  make: () => T;
  charactersOf: (value: T) => number;
  /** Whether it would come out the same now, where that depends on more than what is stored. */
  holds?: (value: T) => boolean;
}

/** What was worked out before and would come out the same; of a limited size, what was asked for last. */
export class Kept {
  private readonly values = new LRUCache<string, KeptValue>({
    maxSize: KEPT_MAX_CHARACTERS,
    maxEntrySize: VALUE_MAX_CHARACTERS,
    sizeCalculation: ({ characters }) => characters + 1,
  });

  value<T>({ key, version, make, charactersOf, holds }: Derived<T>): T {
    const name = JSON.stringify(key);
    const kept = this.values.get(name);
    if (kept?.version === version && (holds?.(kept.value as T) ?? true)) return kept.value as T;
    const value = make();
    this.values.set(name, { version, value, characters: charactersOf(value) });
    return value;
  }

  page(derived: Omit<Derived<Page>, 'charactersOf'>): Page {
    const make = (): Page => ({ ...derived.make(), made: new Map() });
    return this.value({ ...derived, make, charactersOf: charactersIn });
  }
}

export function charactersIn({ items }: Page): number {
  return items.reduce((sum, { length }) => sum + length, 0);
}
