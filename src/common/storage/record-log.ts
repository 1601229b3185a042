import { Observable, Subject } from 'rxjs';
import type { LinePlace, LogFile } from './log-file.js';
import { readLine } from './log-line.js';
import { LogPosition, START } from './log-positions.js';
import type { Projection } from './projection.js';

/** A record that is durable, with the JSON that goes over the wire for it. */
export interface Committed<R> {
  record: R;
  wire: string;
}

/**
 * One service's log, as the storage sees it: its file, its projection, how far the index has read it, and the
 * Subjects that tell of its changes in the very turn in which reads begin to see them.
 */
export class RecordLog<R extends object = object> {
  /** How far the index has read the file. */
  position: LogPosition = START;

  private opened?: LogFile;
  private readonly committed = new Subject<Committed<object>>();
  private readonly cleared = new Subject<void>();

  constructor(readonly projection: Projection<R>) {}

  get name(): string {
    return this.projection.log;
  }

  get file(): LogFile {
    if (!this.opened) throw new Error(`${this.name}.jsonl is not open`);
    return this.opened;
  }

  open(file: LogFile): void {
    this.opened = file;
  }

  /** Ends both Subjects and closes the file. */
  async close(): Promise<void> {
    this.committed.complete();
    this.cleared.complete();
    await this.opened?.close();
  }

  /** Every record in commit order, once it is durable and visible. */
  get committed$(): Observable<Committed<R>> {
    return this.committed.asObservable() as Observable<Committed<R>>;
  }

  /** Tells that all records are gone. */
  get cleared$(): Observable<void> {
    return this.cleared.asObservable();
  }

  /** The records that stand at these places, as JSON. */
  async readLines(places: LinePlace[]): Promise<string[]> {
    const lines: string[] = [];
    for (const place of places) {
      const line = readLine((await this.file.read(place)).subarray(0, -1));
      if (!line) throw new Error(`${this.name}.jsonl is damaged at byte ${place.offset}`);
      lines.push(line.json);
    }
    return lines;
  }

  announce(committed: Committed<object>): void {
    this.committed.next(committed);
  }

  announceCleared(): void {
    this.cleared.next();
  }
}
