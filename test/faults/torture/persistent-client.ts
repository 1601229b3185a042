import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Item } from './services.ts';

/** A client gives up when the server is away for so long. */
const GIVE_UP_MS = 60_000;
const PAUSE_MS = 20;
/** How many of its requests the client takes back in the middle, or sends once more although they were answered. */
const HASTY = 0.1;
const HASTY_MAX_MS = 8;
const DOUBTING = 0.2;

interface Reply {
  status: number;
  text: string;
  isReplayed: boolean;
}

/** Sends each request, with a key of its own, until it is answered. */
export class PersistentClient {
  readonly figures = { answered: 0, sentAgain: 0, replayed: 0 };
  readonly problems: string[] = [];
  private readonly url: string;
  private readonly token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  /** The answer. */
  async post(path: string, body: object): Promise<Item> {
    const request = { path, body: JSON.stringify(body), key: randomUUID() };
    const { status, text } = await this.insist(request, Math.random() < HASTY);
    this.figures.answered += 1;
    if (status >= 300) throw new Error(`POST ${path} answered ${status}: ${text}`);
    if (Math.random() < DOUBTING) {
      const again = await this.insist(request, false, 1);
      if (again.text !== text) this.problems.push(`${path} was answered ${text} and then ${again.text}`);
      if (!again.isReplayed) this.problems.push(`${path} was answered twice as if for the first time: ${text}`);
    }
    return JSON.parse(text) as Item;
  }

  /** @param tries how often it was sent already */
  private async insist(request: Sendable, isHasty: boolean, tries = 0): Promise<Reply> {
    const deadline = performance.now() + GIVE_UP_MS;
    for (let count = tries; performance.now() < deadline; count += 1) {
      const reply = await this.send(request, isHasty && count === 0);
      if (reply && !mayBeSentAgain(reply)) {
        if (count > 0) this.figures.sentAgain += 1;
        if (reply.isReplayed) this.figures.replayed += 1;
        return reply;
      }
      await sleep(PAUSE_MS);
    }
    throw new Error(`POST ${request.path} got no answer for ${GIVE_UP_MS / 1000} s`);
  }

  /** Nothing when the connection broke, or the client lost its patience. */
  private async send({ path, body, key }: Sendable, isHasty: boolean): Promise<Reply | undefined> {
    try {
      const reply = await fetch(this.url + path, {
        method: 'POST',
        headers: { Authorization: `Bearer ${this.token}`, 'Idempotency-Key': key },
        body,
        ...(isHasty && { signal: AbortSignal.timeout(Math.random() * HASTY_MAX_MS) }),
      });
      const isReplayed = reply.headers.get('Idempotency-Replayed') === 'true';
      return { status: reply.status, text: await reply.text(), isReplayed };
    } catch {
      return undefined;
    }
  }
}

interface Sendable {
  path: string;
  body: string;
  key: string;
}

/** The server is starting, shutting down, or still at it. */
function mayBeSentAgain({ status, text }: Reply): boolean {
  return status === 503 || (status === 409 && text.includes('still running'));
}
