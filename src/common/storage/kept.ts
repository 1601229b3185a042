import { LRUCache } from 'lru-cache';
import type { Page } from './page.js';

/** Of all that is kept together, in bytes and roughly: most texts take one a character. */
const KEPT_MAX_BYTES = 16 << 20;
const KEPT_MAX_VALUES = 1000;
/** Larger ones are asked for too seldom. */
const VALUE_MAX_BYTES = 4 << 20;
/** What is told apart by more than this is hardly asked for again. */
const KEY_MAX_CHARACTERS = 512;
/** Of the objects around a value, and around each item of a page. */
const VALUE_BYTES = 1000;
const ITEM_BYTES = 40;

interface KeptValue {
  version: number;
  value: unknown;
  bytes: number;
}

/** Something that is worked out from what is stored. */
export interface Derived<T> {
  /** Tells it from all others that are kept together. */
  key: readonly unknown[];
  /** Of what it is worked out from; grows whenever that changes. */
  version: number;
  make: () => T;
  /** How much memory it takes, with what will be made of it. */
  bytesOf: (value: T) => number;
  /** Whether it would come out the same now, where that depends on more than what is stored. */
  holds?: (value: T) => boolean;
}

/** What was worked out before and would come out the same; of a limited size, what was asked for last. */
export class Kept {
  private readonly values = new LRUCache<string, KeptValue>({
    max: KEPT_MAX_VALUES,
    maxSize: KEPT_MAX_BYTES,
    maxEntrySize: VALUE_MAX_BYTES,
    sizeCalculation: ({ bytes }, { length }) => VALUE_BYTES + length + bytes,
  });

  value<T>({ key, version, make, bytesOf, holds }: Derived<T>): T {
    const name = JSON.stringify(key);
    if (name.length > KEY_MAX_CHARACTERS) return make();
    const kept = this.values.get(name);
    if (kept?.version === version && (holds?.(kept.value as T) ?? true)) return kept.value as T;
    const value = make();
    this.values.set(name, { version, value, bytes: bytesOf(value) });
    return value;
  }

  page(derived: Omit<Derived<Page>, 'bytesOf'>): Page {
    const make = (): Page => ({ ...derived.make(), made: new Map() });
    return this.value({ ...derived, make, bytesOf: bytesOfPage });
  }
}

/** Of its items, and of the answer made of them, which takes as much again. */
export function bytesOfPage({ items }: Page): number {
  return items.reduce((sum, { length }) => sum + ITEM_BYTES + 2 * length, 0);
}
