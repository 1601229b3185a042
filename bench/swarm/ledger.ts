import { isDeepStrictEqual } from 'node:util';
import type { Task } from '../../src/modules/board/task.entity.ts';
import type { FeedEvent } from '../../src/modules/feed/event.entity.ts';
import type { JournalEntry } from '../../src/modules/journal/journal-entry.entity.ts';
import type { LogEntry } from '../../src/modules/log/log-entry.entity.ts';
import type { HandedIn } from './lease-audit.ts';
import type { Vm } from '../../src/modules/registry/vm.entity.ts';

/** A task as this run left it; notes and artifacts are what was sent, as text, in no order. */
export interface KnownTask {
  fields: Pick<
    Task,
    'id' | 'title' | 'description' | 'createdBy' | 'status' | 'assignee' | 'tags' | 'dependencies' | 'score'
  >;
  notes: string[];
  artifacts: string[];
  /** A change of it was sent and never answered, so it may be there or not. */
  isInDoubt?: true;
}

export interface KnownVm {
  fields: Pick<Vm, 'id'> & Partial<Vm>;
  /** As last acknowledged. Not for a look after a crash: heartbeats may lose a second then. */
  lastSeen: string;
  isInDoubt?: true;
}

/** The services where every record stands for itself and is never changed. */
export interface Records {
  feed: FeedEvent;
  log: LogEntry;
  journal: JournalEntry;
}
export type RecordService = keyof Records;
export const RECORD_SERVICES = ['feed', 'log', 'journal'] as const;

/** Everything that the server has acknowledged to this run, and nothing else. */
export class Ledger {
  /** Marks what is this run's on a server that others use as well. */
  readonly run: string;
  readonly tasks = new Map<string, KnownTask>();
  readonly vms = new Map<string, KnownVm>();
  readonly feed = new Map<string, FeedEvent>();
  readonly log = new Map<string, LogEntry>();
  readonly journal = new Map<string, JournalEntry>();
  /** How many records were sent and never answered. */
  readonly inDoubt: Record<RecordService | 'tasks', number> = { feed: 0, log: 0, journal: 0, tasks: 0 };
  /** What the server acknowledged and should not have. */
  readonly complaints: string[] = [];
  heartbeats = 0;
  /** Work that was acknowledged when it was handed in. */
  readonly handedIn: HandedIn[] = [];
  /** Agents that vanished with a task, slept past their lease, and were told that they had lost one. */
  readonly leases = { claims: 0, vanished: 0, slept: 0, lost: 0, inDoubt: 0 };

  constructor(run: string) {
    this.run = run;
  }

  /** Keeps what was sent under the id and time that the server gave it, and looks whether it answered just that. */
  record<S extends RecordService>(service: S, sent: Omit<Records[S], 'id' | 'timestamp'>, answer: Records[S]): void {
    const records = this[service] as Map<string, Records[S]>;
    // What is undefined is not sent, so it must not be expected either.
    const copy = JSON.parse(JSON.stringify(sent)) as typeof sent;
    const expected = { ...copy, id: answer.id, timestamp: answer.timestamp } as Records[S];
    if (records.has(answer.id)) this.complaints.push(`${service}: the id ${answer.id} was given twice`);
    records.set(answer.id, expected);
    this.compare(`${service} ${answer.id}`, answer, expected);
  }

  task(id: string): KnownTask {
    const task = this.tasks.get(id);
    if (!task) throw new Error(`task ${id} is not this run's`);
    return task;
  }

  vm(id: string): KnownVm {
    const vm = this.vms.get(id);
    if (!vm) throw new Error(`VM ${id} is not this run's`);
    return vm;
  }

  /** That nobody works on a task any more, so that it is open once its lease has ended. */
  abandon(id: string): void {
    const { fields } = this.task(id);
    fields.status = 'open';
    delete fields.assignee;
  }

  private compare(what: string, answer: object, expected: object): void {
    if (isDeepStrictEqual(answer, expected)) return;
    this.complaints.push(`${what}: answered ${JSON.stringify(answer)} to ${JSON.stringify(expected)}`);
  }
}

export function noteText({ author, type, content }: { author: string; type: string; content: string }): string {
  return `${author} (${type}): ${content}`;
}

export function artifactText({ type, url, label, addedBy = '-' }: Task['artifacts'][number]): string {
  return `${type} ${label} ${url} by ${addedBy}`;
}
