import { Injectable } from '@nestjs/common';
import { join } from 'node:path';
import { Config } from '../config/config.js';
import { Disk } from './disk.js';

const PROBE_FILE = 'probe.tmp';
const PROBE_BYTES = 4096;
const PROBE_EVERY_MS = 1000;

/** Tries out whether the disk takes data. */
@Injectable()
export class DiskProbe {
  private probe?: { at: number; outcome: Promise<unknown> };

  constructor(
    private readonly config: Config,
    private readonly disk: Disk,
  ) {}

  /** Why the disk takes no data, if it does not. Really writes, but at most once a second, however many ask. */
  failure(): Promise<unknown> {
    const now = performance.now();
    if (!this.probe || now - this.probe.at > PROBE_EVERY_MS) {
      this.probe = { at: now, outcome: this.write().catch((error: unknown) => error) };
    }
    return this.probe.outcome;
  }

  private async write(): Promise<void> {
    const path = join(this.config.dataDir, PROBE_FILE);
    const file = await this.disk.open(path);
    try {
      await file.write(Buffer.alloc(PROBE_BYTES), 0);
      await file.sync();
    } finally {
      await file.close();
      await this.disk.remove(path);
    }
  }
}
