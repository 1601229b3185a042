import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { loadConfig } from '../common/config/config.js';
import { exitWith } from '../common/errors/start-error.js';
import { RecordLogs } from '../common/storage/record-logs.js';
import { ServicesDatabase } from '../common/storage/services-database.js';
import { Takeover } from '../common/takeover/takeover.js';

/**
 * `npm run compact`: rewrites the logs of things that change (tasks, VMs) as what they are now. The files with their
 * whole history move to `archive/`.
 */
async function compact(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule.with(loadConfig(process.env)), {
    logger: false,
    abortOnError: false,
  });
  const logs = app.get(RecordLogs);
  try {
    await app.get(ServicesDatabase).open();
    await app.get(Takeover).run();
    await logs.start();
    for (const log of logs.compactable) {
      const before = log.position.lines;
      await logs.compact(log, { archive: true });
      console.log(`${log.name}.jsonl: ${before} lines became ${log.position.lines}`);
    }
  } finally {
    await app.close();
    await app.get(ServicesDatabase).close();
    await logs.stop();
  }
}

await compact().catch(exitWith);
