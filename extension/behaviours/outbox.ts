/**
 * Keeps what runs have used on disk until the server has it. A run is one file, written anew after each turn and removed
 * when the server acknowledged the run, so that neither a crash nor an unreachable server loses any. What is sent twice
 * counts once: the server knows a run by session, agent and start.
 */

import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Client } from '../client.ts';
import { isAlive } from '../is-alive.ts';
import { ServiceError } from '../service-error.ts';
import type { UsageRecord } from './run-usage.ts';

const FOLDER = 'vers-usage';
/** A run under way that was silent for so long is taken for dead, although its process id is in use. */
const ABANDONED_MS = 60 * 60_000;
/** What no server will ever take. */
const REFUSED = new Set([400, 413]);

/** A file's content: a run, and the process that still works on it. */
interface Entry {
  owner?: { pid: number; since: number };
  session: UsageRecord;
}

const me = { pid: process.pid, since: performance.timeOrigin };

export class Outbox {
  private readonly folder: string;
  private sending?: Promise<void>;

  constructor(
    private readonly client: Client,
    agentDir: string,
  ) {
    this.folder = join(agentDir, FOLDER);
  }

  /** A name for a new run. */
  newFile(): string {
    return `${Date.now()}-${randomUUID()}.json`;
  }

  /** Keeps a run as it is by now; it is not sent before it `hasEnded`, or its process has. */
  keep(file: string, session: UsageRecord, hasEnded: boolean): void {
    const entry: Entry = { owner: hasEnded ? undefined : me, session };
    const path = join(this.folder, file);
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(`${path}.tmp`, JSON.stringify(entry), { flush: true });
    renameSync(`${path}.tmp`, path);
  }

  /** Sends all that waits, oldest first; stops where the server does not take it. */
  flush(signal: AbortSignal): Promise<void> {
    const before = this.sending ?? Promise.resolve();
    const sending = before.catch(() => undefined).then(() => this.sendAll(signal));
    this.sending = sending;
    return sending;
  }

  private async sendAll(signal: AbortSignal): Promise<void> {
    for (const file of this.files()) {
      try {
        await this.sendFile(join(this.folder, file), signal);
      } catch (error) {
        // Another pi has sent it meanwhile.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }

  private async sendFile(path: string, signal: AbortSignal): Promise<void> {
    const entry = read(path);
    if (!entry) setAside(path);
    else if (!isUnderWay(entry, path)) await this.send(entry, path, signal);
  }

  private async send({ session }: Entry, path: string, signal: AbortSignal): Promise<void> {
    try {
      const key = basename(path);
      const { status, body } = await this.client.post<{ id?: unknown }>('/usage/sessions', session, signal, key);
      if (status !== 201 || typeof body.id !== 'string') throw new ServiceError('usage was not acknowledged');
      rmSync(path, { force: true });
    } catch (error) {
      if (!(error instanceof ServiceError) || !REFUSED.has(error.status ?? 0)) throw error;
      setAside(path);
    }
  }

  private files(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((file) => file.endsWith('.json'))
        .sort();
    } catch {
      return [];
    }
  }
}

/** A file's content; nothing when it is damaged. */
function read(path: string): Entry | undefined {
  const text = readFileSync(path, 'utf8');
  try {
    const entry = JSON.parse(text) as Entry | null;
    return typeof entry?.session === 'object' ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Out of the way, but not lost. */
function setAside(path: string): void {
  renameSync(path, `${path}.refused`);
}

function isUnderWay({ owner }: Entry, path: string): boolean {
  if (!owner) return false;
  if (owner.pid === me.pid) return owner.since === me.since;
  return isAlive(owner.pid) && Date.now() - statSync(path).mtimeMs < ABANDONED_MS;
}
