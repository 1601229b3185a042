import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MortalServer, startOn } from '../support/child-server.ts';

const TOKEN = 'swarm';

/** A server for one run, which can be killed under it. */
export class OwnServer {
  readonly token = TOKEN;
  readonly url: string;
  private readonly dataDir: string;
  private server: MortalServer;

  private constructor(dataDir: string, server: MortalServer) {
    this.dataDir = dataDir;
    this.server = server;
    this.url = server.url;
  }

  static async start(): Promise<OwnServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'vers-swarm-'));
    return new OwnServer(dataDir, await startOn({ dataDir, token: TOKEN }));
  }

  /** Kills it, and starts another on its port and its data. */
  async restart(): Promise<void> {
    await this.server.kill();
    this.server = await startOn({ dataDir: this.dataDir, token: TOKEN, port: Number(new URL(this.url).port) });
  }

  async remove(): Promise<void> {
    await this.server.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
