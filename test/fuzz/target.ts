import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../support/server.ts';

export const TOKEN = 'fuzz-token';
export const TWILIO_TOKEN = 'fuzz-twilio-token';

/** Starts the built server on a data folder of its own; both go away when `work` is done. */
export async function withServer<T>(work: (server: ServerProcess, dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vers-fuzz-'));
  const server = await ServerProcess.start({
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    // So that one client can be many.
    TRUST_PROXY: 'loopback',
    VERS_AUTH_TOKEN: TOKEN,
    TWILIO_AUTH_TOKEN: TWILIO_TOKEN,
  });
  // What it says while it starts is no failure.
  server.stdout = '';
  try {
    return await work(server, dataDir);
  } finally {
    await server.end('SIGTERM');
    rmSync(dataDir, { recursive: true, force: true });
  }
}
