import Database from 'better-sqlite3';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Rebuildable, and moved by heartbeats, which are not stored anywhere else. */
const NOT_THE_TRUTH = 'index.sqlite';
/** Seen through its own counter: reading touches its files too. */
const SERVICES = 'services.sqlite';

/** Tells whether anything was stored in a data folder, without reading all of it. */
export class Stored {
  private readonly dataDir: string;
  private readonly services: Database.Database;
  private lastUses = 0;
  private timesKept = 0;

  constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.services = new Database(join(dataDir, SERVICES), { readonly: true });
  }

  /** Another text when, and only when, something was stored in between. */
  mark(): string {
    const files = readdirSync(this.dataDir, { recursive: true, encoding: 'utf8' }).sort();
    const sizes = files
      .filter((file) => !file.startsWith(NOT_THE_TRUTH) && !file.startsWith(SERVICES))
      .map((file) => `${file} ${this.sizeOf(file)}`);
    // Counts the commits of others.
    const commits = this.services.pragma('data_version', { simple: true }) as number;
    return [...sizes, `${SERVICES} ${commits - this.keptUses()}`].join('\n');
  }

  /** How often it was kept when keys were used last, which is done once a minute, whatever is being asked then. */
  private keptUses(): number {
    const uses = this.services.prepare('SELECT total(last_used_at) FROM api_keys').pluck().get() as number;
    if (uses > this.lastUses) this.timesKept += 1;
    this.lastUses = uses;
    return this.timesKept;
  }

  close(): void {
    this.services.close();
  }

  private sizeOf(file: string): string {
    const { size, mtimeNs } = statSync(join(this.dataDir, file), { bigint: true });
    return `${size} ${mtimeNs}`;
  }
}
