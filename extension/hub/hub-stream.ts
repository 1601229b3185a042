/** Follows the hub's stream of changes, for as long as it is let: comes back after each break and resumes by id. */

import type { Client } from '../client.ts';

const RETRY_FIRST_MS = 2000;
const RETRY_MAX_MS = 60_000;
/** The server says something at least every 15 s. */
const SILENCE_MAX_MS = 45_000;
const EVENT_MAX_CHARACTERS = 1 << 20;

/**
 * Calls `changed` when there may be something new: on every change, and whenever the stream begins with no place to
 * resume from. Ends with the signal and never rejects; that the server is away is said by those who report to it.
 */
export async function followStream(client: Client, changed: () => void, signal: AbortSignal): Promise<void> {
  let lastId: string | undefined;
  let retryMs = RETRY_FIRST_MS;
  while (!signal.aborted) {
    const silence = new Watchdog(SILENCE_MAX_MS);
    try {
      const headers: Record<string, string> = lastId === undefined ? {} : { 'Last-Event-ID': lastId };
      const body = await client.stream('/skills/stream', headers, AbortSignal.any([signal, silence.signal]));
      retryMs = RETRY_FIRST_MS;
      if (lastId === undefined) changed();
      for await (const event of events(body, silence)) {
        lastId = event.id ?? lastId;
        changed();
      }
    } catch {
      // Whatever it was, it is tried again.
    }
    silence.end();
    await pause(retryMs, signal);
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
  }
}

/** Aborts when it was not fed for a while. */
class Watchdog {
  private readonly abort = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(timeoutMs: number) {
    this.timer = setTimeout(() => this.abort.abort(), timeoutMs);
    this.timer.unref();
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  feed(): void {
    this.timer.refresh();
  }

  end(): void {
    clearTimeout(this.timer);
  }
}

/** Each message with data; a message without id is the one that says that everything was cleared. */
async function* events(body: ReadableStream<Uint8Array>, silence: Watchdog): AsyncIterable<{ id?: string }> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    silence.feed();
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    if (text.length > EVENT_MAX_CHARACTERS) throw new Error('the stream of the SkillHub sends too long an event');
    for (const block of blocks) if (/^data:/m.test(block)) yield { id: /^id: ?(.+)$/m.exec(block)?.[1] };
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    timer.unref();
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
