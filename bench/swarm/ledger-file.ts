import { readFileSync, writeFileSync } from 'node:fs';
import { type KnownTask, type KnownVm, Ledger, RECORD_SERVICES, type Records, type RecordService } from './ledger.ts';

const FORMAT = 2;

interface LedgerFile {
  format: number;
  run: string;
  url: string;
  inDoubt: Ledger['inDoubt'];
  handedIn: Ledger['handedIn'];
  tasks: KnownTask[];
  vms: KnownVm[];
  records: { [S in RecordService]: Records[S][] };
}

/** Writes down what was acknowledged, so that it can be looked for again after anything that may happen to the server. */
export function saveLedger(path: string, ledger: Ledger, url: string): void {
  const { run, inDoubt, handedIn, tasks, vms, feed, log, journal } = ledger;
  const records = { feed: [...feed.values()], log: [...log.values()], journal: [...journal.values()] };
  const file: LedgerFile = {
    format: FORMAT,
    run,
    url,
    inDoubt,
    handedIn,
    tasks: [...tasks.values()],
    vms: [...vms.values()],
    records,
  };
  writeFileSync(path, `${JSON.stringify(file)}\n`);
}

export function loadLedger(path: string): { ledger: Ledger; url: string } {
  const file = JSON.parse(readFileSync(path, 'utf8')) as Partial<LedgerFile>;
  const { format, run, url, inDoubt, handedIn, tasks, vms, records } = file;
  if (format !== FORMAT || !run || !url || !inDoubt || !handedIn || !tasks || !vms || !records) {
    throw new Error(`${path} was not written by --record`);
  }
  const ledger = new Ledger(run);
  Object.assign(ledger.inDoubt, inDoubt);
  ledger.handedIn.push(...handedIn);
  for (const task of tasks) ledger.tasks.set(task.fields.id, task);
  for (const vm of vms) ledger.vms.set(vm.fields.id, vm);
  for (const service of RECORD_SERVICES) {
    const known = ledger[service] as Map<string, Records[RecordService]>;
    for (const record of records[service]) known.set(record.id, record);
  }
  return { ledger, url };
}
