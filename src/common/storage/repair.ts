import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Disk } from './disk.js';
import { discardIndex } from './index-database.js';
import { retried } from './line-retry.js';
import { LogFile } from './log-file.js';
import { examine, PlacedLine, scanLines } from './log-scan.js';

const LOG_SUFFIX = '.jsonl';

/** What became of one log file; `keptIn` is the file that holds what was cut out, if anything was. */
export interface RepairResult {
  file: string;
  cut: number;
  keptIn?: string;
}

/**
 * Cuts out of each damaged log what cannot be read, and keeps it in a file beside it. What the logs hold then is the
 * truth: the index, which may know of more, goes. The caller owns the data folder.
 */
export async function repairLogs(dataDir: string, disk: Disk, time: string): Promise<RepairResult[]> {
  const names = readdirSync(dataDir).filter((file) => file.endsWith(LOG_SUFFIX));
  discardIndex(dataDir);
  const results: RepairResult[] = [];
  for (const name of names.sort()) results.push(await repairLog(dataDir, basename(name, LOG_SUFFIX), disk, time));
  return results;
}

async function repairLog(dataDir: string, log: string, disk: Disk, time: string): Promise<RepairResult> {
  const path = join(dataDir, `${log}${LOG_SUFFIX}`);
  if (!examine(path).tail) return { file: path, cut: 0 };
  const cut: Buffer[] = [];
  const file = await LogFile.open(disk, dataDir, log);
  try {
    await file.writeReplacement(readableRecords(path, cut), 1);
    const keptIn = cut.length > 0 ? `${path}.damaged-${time.replaceAll(':', '')}` : undefined;
    if (keptIn) await keep(disk, keptIn, Buffer.concat(cut.flatMap((line) => [line, Buffer.from('\n')])));
    await file.adoptReplacement();
    return { file: path, cut: cut.length, keptIn };
  } finally {
    await file.close();
  }
}

/** The records of all lines that are whole and in their place; the others go into `cut`. */
function* readableRecords(path: string, cut: Buffer[]): Iterable<object> {
  let last: PlacedLine | undefined;
  for (const line of scanLines(path)) {
    if ('damaged' in line || (last && !comesAfter(line, last))) {
      cut.push('damaged' in line ? line.damaged : line.bytes);
      continue;
    }
    last = line;
    const record = JSON.parse(line.json) as object;
    yield line.retry ? retried(record, line.retry) : record;
  }
}

function comesAfter({ position }: PlacedLine, { position: last }: PlacedLine): boolean {
  if (!position || !last) return !last;
  return position.batch === last.batch ? position.number > last.number : position.batch > last.batch;
}

async function keep(disk: Disk, path: string, data: Buffer): Promise<void> {
  if (existsSync(path)) throw new Error(`${path} exists already`);
  const file = await disk.open(path);
  await file.write(data, 0);
  await file.sync();
  await file.close();
  await disk.syncFolder(dirname(path));
}
