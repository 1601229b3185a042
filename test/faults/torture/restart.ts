import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOn } from '../../../bench/support/child-server.ts';
import { HttpClient } from '../../../bench/support/http-client.ts';
import { inParallel, range } from '../../../bench/support/in-parallel.ts';
import { whole } from '../../../bench/support/table.ts';
import type { Row } from './row.ts';

const RECORDS = 100_000;
const RESTART_MAX_MS = 2000;
const WRITERS = 100;

/** How long the first good answer takes after kill -9 of a server that holds many records. */
export async function restart(): Promise<Row[]> {
  const place = { dataDir: mkdtempSync(join(tmpdir(), 'vers-restart-')), token: randomBytes(16).toString('hex') };
  let server = await startOn(place);
  try {
    const http = new HttpClient(server.url, place.token);
    await inParallel(range(RECORDS), WRITERS, async (i) => {
      const { status } = await http.send('POST', ...record(i));
      if (status !== 201) throw new Error(`record ${i} was answered ${status}`);
    });
    http.close();
    const again = async (): Promise<number> => {
      await server.kill();
      const startedAt = performance.now();
      server = await startOn(place);
      return performance.now() - startedAt;
    };
    const withIndex = await again();
    await server.kill();
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(place.dataDir, `index.sqlite${suffix}`), { force: true });
    const withoutIndex = await again();
    return [
      {
        what: `restart after kill -9 with ${whole(RECORDS)} records`,
        done: `ready in ${whole(withIndex)} ms; without the index, which is built anew, in ${whole(withoutIndex)} ms`,
        held: withIndex <= RESTART_MAX_MS,
      },
    ];
  } finally {
    await server.kill();
    rmSync(place.dataDir, { recursive: true, force: true });
  }
}

function record(i: number): [path: string, body: object] {
  const text = `Step ${i} is done, the tests are green`;
  if (i % 4 === 0) return ['/board/tasks', { title: text, createdBy: 'a', tags: ['torture'] }];
  if (i % 4 === 1) return ['/log', { text, agent: 'a' }];
  return ['/feed/events', { agent: `a${i % 20}`, type: 'custom', summary: text }];
}
