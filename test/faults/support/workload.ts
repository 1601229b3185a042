import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RecordingDisk } from './recording-disk.js';
import { Storage, Visible } from './storage.js';

export type Step =
  | { kind: 'write'; events: number; entries: number; vm: boolean }
  /** A write for which the disk has only so many bytes left. */
  | { kind: 'full'; events: number; entries: number; room: number }
  | { kind: 'clear' }
  | { kind: 'compact' };

/** What a client knows: `numbers` were acknowledged or refused when the disk had done `moment` operations. */
interface Told {
  moment: number;
  kind: 'event' | 'entry' | 'vm' | 'refused';
  number: number;
  id?: string;
}

/** Writes numbers and notes what was sent, acknowledged and refused when, for comparison with what a crash leaves. */
export class Workload {
  readonly told: Told[] = [];
  readonly indexes: { moment: number; folder: string }[] = [];
  private readonly groups: number[][] = [];
  private readonly clears: { began: number; ended: number; after: number }[] = [];
  private next = 1;

  constructor(
    readonly disk: RecordingDisk,
    private readonly scratch: string,
  ) {
    mkdirSync(scratch, { recursive: true });
  }

  get moment(): number {
    return this.disk.trace.length;
  }

  async run(storage: Storage, step: Step): Promise<void> {
    if (step.kind === 'write') await this.write(storage, step);
    else if (step.kind === 'full') await this.writeToFull(storage, step);
    else if (step.kind === 'compact') await storage.compact();
    else await this.clear(storage);
    const folder = join(this.scratch, `index-${this.indexes.length}`);
    storage.copyIndex(folder);
    this.indexes.push({ moment: this.moment, folder });
  }

  /** Goes on from what a restart has shown: that counts as acknowledged. */
  continue({ events, entries, vm }: Visible): void {
    const { moment } = this;
    this.next = Math.max(0, ...events, ...entries, vm) + 1;
    this.told.push(...events.map((number) => ({ moment, kind: 'event' as const, number })));
    this.told.push(...entries.map((number) => ({ moment, kind: 'entry' as const, number })));
    this.told.push({ moment, kind: 'vm', number: vm });
  }

  /** What is wrong with a state that was found after a crash at `moment`; nothing when it is right. */
  problemsOf({ events, entries, vm }: Visible, moment: number): string[] {
    const told = this.told.filter((one) => one.moment <= moment);
    const refused = told.filter(({ kind }) => kind === 'refused').map(({ number }) => number);
    const numbers = (kind: Told['kind']): number[] =>
      told.filter((one) => one.kind === kind).map(({ number }) => number);
    const problems: string[] = [];
    const check = (what: string, found: number[], expected: number[]): void => {
      const missing = expected.filter((number) => !found.includes(number));
      if (missing.length > 0) problems.push(`${what} ${missing.join()} were acknowledged and are lost`);
      if (found.some((number, i) => i > 0 && number <= (found[i - 1] ?? 0))) problems.push(`${what} out of order`);
      const never = found.filter((number) => refused.includes(number) || number >= this.next);
      if (never.length > 0) problems.push(`${what} ${never.join()} were refused and are there`);
      for (const group of this.groups) {
        const part = group.filter((number) => found.includes(number));
        if (part.length > 0 && part.length < group.length) problems.push(`${what} ${part.join()} are half a batch`);
      }
    };
    check('events', events, this.eventsAfterClears(numbers('event'), events, moment));
    if (events.some((number) => number < this.clearedUpTo(moment))) problems.push('events are there that were cleared');
    check('entries', entries, numbers('entry'));
    if (vm < Math.max(0, ...numbers('vm')) || vm >= this.next) problems.push(`the VM is as of ${vm}`);
    return problems;
  }

  /** The largest id that was acknowledged up to a moment. */
  largestId(moment: number): string {
    const ids = this.told.map((one) => (one.moment <= moment ? (one.id ?? '') : ''));
    return ids.reduce((largest, id) => (id > largest ? id : largest), '');
  }

  private async write(storage: Storage, { events, entries, vm }: Step & { kind: 'write' }): Promise<void> {
    const writes = [
      ...this.send(events, 'event', (number) => storage.publish(number)),
      ...this.send(entries, 'entry', (number) => storage.append(number)),
      ...this.send(vm ? 1 : 0, 'vm', (number) => storage.rename(number)),
    ];
    await Promise.all(writes);
  }

  private async writeToFull(storage: Storage, { events, entries, room }: Step & { kind: 'full' }): Promise<void> {
    this.disk.room = room;
    await this.write(storage, { kind: 'write', events, entries, vm: false });
    this.disk.room = undefined;
  }

  private send(count: number, kind: Told['kind'], write: (number: number) => Promise<string>): Promise<unknown>[] {
    const numbers = Array.from({ length: count }, () => this.next++);
    if (kind !== 'vm') this.groups.push(numbers);
    return numbers.map((number) =>
      write(number).then(
        (id) => this.told.push({ moment: this.moment, kind, number, id }),
        () => this.told.push({ moment: this.moment, kind: 'refused', number }),
      ),
    );
  }

  private async clear(storage: Storage): Promise<void> {
    const clear = { began: this.moment, ended: Infinity, after: this.next };
    this.clears.push(clear);
    await storage.clear();
    clear.ended = this.moment;
  }

  /** A clear that was under way has happened or not; one that was acknowledged has. */
  private eventsAfterClears(expected: number[], found: number[], moment: number): number[] {
    const done = this.clearedUpTo(moment);
    const begun = this.clears.filter(({ began }) => began <= moment).at(-1)?.after ?? 0;
    const gone = found.some((number) => number < begun) ? done : begun;
    return expected.filter((number) => number >= gone);
  }

  private clearedUpTo(moment: number): number {
    return this.clears.filter(({ ended }) => ended <= moment).at(-1)?.after ?? 0;
  }
}
