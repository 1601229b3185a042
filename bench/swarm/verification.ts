import type { FeedEvent } from '../../src/modules/feed/event.entity.ts';
import type { ApiClient } from './api-client.ts';
import { checkLeases } from './lease-check.ts';
import type { Ledger, RecordService } from './ledger.ts';
import { readRecords } from './read-back.ts';
import { RecordCheck } from './record-check.ts';
import { checkTasks } from './task-check.ts';
import { checkVms } from './vm-check.ts';

/** What was looked for in one place, and what was wrong there. */
export interface Finding {
  what: string;
  expected: number;
  found: number;
  problems: string[];
}

/** Reads everything back that the ledger holds; `heartbeats` also asks whether the last ones are still known. */
export async function verify(client: ApiClient, ledger: Ledger, options: { heartbeats: boolean }): Promise<Finding[]> {
  return [
    await checkTasks(client, ledger),
    await checkLeases(client, ledger),
    await checkRecords(client, ledger, 'feed', 'events'),
    await checkRecords(client, ledger, 'log', 'log entries'),
    await checkRecords(client, ledger, 'journal', 'journal entries'),
    await checkVms(client, ledger, options.heartbeats),
  ];
}

/** Compares what a stream delivered with what was acknowledged while it was open. */
export function checkStream(arrived: readonly FeedEvent[], ledger: Ledger): Finding {
  const check = new RecordCheck('stream', ledger.feed, ledger.inDoubt.feed);
  for (const event of arrived) check.see(event, true);
  return check.finding('events by stream');
}

async function checkRecords(client: ApiClient, ledger: Ledger, service: RecordService, what: string): Promise<Finding> {
  const check = new RecordCheck(service, ledger[service], ledger.inDoubt[service]);
  for (const record of await readRecords(client, service, ledger)) check.see(record, isOf(record, ledger));
  return check.finding(what);
}

/** Log and journal entries carry no mark, so those that the ledger does not know may be anyone's. */
function isOf(record: object, { run }: Ledger): boolean {
  return (record as Partial<FeedEvent>).metadata?.['run'] === run;
}
