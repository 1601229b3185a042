import { isDeepStrictEqual } from 'node:util';
import type { Finding } from './verification.ts';

interface StoredRecord {
  id: string;
}

/** Sees records go by in ascending order and looks whether each expected one is among them, once and as it was sent. */
export class RecordCheck {
  private readonly service: string;
  private readonly expected: ReadonlyMap<string, StoredRecord>;
  private readonly maxUnknown: number;
  private readonly seen = new Set<string>();
  private readonly unknown: string[] = [];
  private readonly problems: string[] = [];
  private last = '';

  /** Up to `maxUnknown` records of the run's may turn up that were never acknowledged. */
  constructor(service: string, expected: ReadonlyMap<string, StoredRecord>, maxUnknown: number) {
    this.service = service;
    this.expected = expected;
    this.maxUnknown = maxUnknown;
  }

  see(record: StoredRecord, isOfThisRun: boolean): void {
    const { id } = record;
    if (id <= this.last) this.complain(`${id} comes after ${this.last}`);
    this.last = id;
    const expected = this.expected.get(id);
    if (!expected) {
      if (isOfThisRun) this.unknown.push(id);
      return;
    }
    if (this.seen.has(id)) this.complain(`${id} is there twice`);
    this.seen.add(id);
    if (isDeepStrictEqual(record, expected)) return;
    this.complain(`${id} is ${JSON.stringify(record)}, not ${JSON.stringify(expected)}`);
  }

  finding(what: string): Finding {
    for (const id of this.expected.keys()) if (!this.seen.has(id)) this.complain(`${id} is missing`);
    if (this.unknown.length > this.maxUnknown) {
      this.complain(`${this.unknown.length} were never acknowledged, e.g. ${this.unknown[0]}`);
    }
    return { what, expected: this.expected.size, found: this.seen.size, problems: this.problems };
  }

  private complain(problem: string): void {
    this.problems.push(`${this.service}: ${problem}`);
  }
}
