import type { ApiClient } from './api-client.ts';
import type { Ledger, RecordService } from './ledger.ts';

const PAGE = 500;

interface StoredRecord {
  id: string;
  timestamp: string;
}
interface Entries {
  entries: StoredRecord[];
  nextCursor?: string;
}

/** All records of a service since the run's first one, oldest first, read page by page. */
export async function readRecords(client: ApiClient, service: RecordService, ledger: Ledger): Promise<StoredRecord[]> {
  const [first] = [...ledger[service].values()].sort(byId);
  if (!first) return [];
  const pages: StoredRecord[][] = [];
  let cursor: string | undefined;
  do {
    const page = await readPage(client, service, first.timestamp, cursor);
    pages.unshift(page.items);
    cursor = page.nextCursor;
    // Without this the whole feed of a long-lived server would be read.
    if ((page.items[0]?.id ?? '') <= first.id) break;
  } while (cursor !== undefined);
  return pages.flat();
}

async function readPage(
  client: ApiClient,
  service: RecordService,
  since: string,
  cursor?: string,
): Promise<{ items: StoredRecord[]; nextCursor?: string }> {
  const next = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  if (service === 'feed') {
    const page = await client.page(`/feed/events?limit=${PAGE}${next}`);
    return { ...page, items: page.items as StoredRecord[] };
  }
  const path = `/${service}?since=${encodeURIComponent(since)}&limit=${PAGE}${next}`;
  const { entries, nextCursor } = await client.read<Entries>(path);
  return { items: entries, nextCursor };
}

function byId(a: StoredRecord, b: StoredRecord): number {
  return a.id < b.id ? -1 : 1;
}
