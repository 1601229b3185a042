import { Clock } from '../common/clock.js';
import { loadConfig } from '../common/config/config.js';
import { exitWith } from '../common/errors/start-error.js';
import { DataDirLock } from '../common/storage/data-dir-lock.js';
import { Disk } from '../common/storage/disk.js';
import { repairLogs } from '../common/storage/repair.js';

/** `npm run repair`: makes a data folder with damaged logs startable again; see {@link repairLogs}. */
async function repair(): Promise<void> {
  const { dataDir } = loadConfig(process.env);
  const lock = DataDirLock.acquire(dataDir);
  try {
    for (const { file, cut, keptIn } of await repairLogs(dataDir, new Disk(), new Clock().timestamp())) {
      console.log(keptIn ? `${file}: ${cut} damaged lines moved to ${keptIn}` : `${file}: not damaged`);
    }
  } finally {
    lock.release();
  }
}

await repair().catch(exitWith);
