import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from './http-client.ts';

/** Much shorter than a browser waits: the programs here end when everything has arrived. */
const RECONNECT_MS = 100;

export interface StreamMessage {
  id: string;
  data: string;
}

/** Reads server-sent events and resumes by the last id, as a browser does, until it is closed. */
export class EventStream {
  /** How often the connection was lost. */
  breaks = 0;
  private lastId = '';
  private isClosed = false;
  private current?: { destroy(): void };
  private readonly client: HttpClient;
  private readonly path: string;
  private readonly onMessage: (message: StreamMessage) => void;

  private constructor(client: HttpClient, path: string, onMessage: (message: StreamMessage) => void) {
    this.client = client;
    this.path = path;
    this.onMessage = onMessage;
  }

  /** Resolves once the server has answered: what is published from then on arrives. */
  static async open(
    client: HttpClient,
    path: string,
    onMessage: (message: StreamMessage) => void,
  ): Promise<EventStream> {
    const stream = new EventStream(client, path, onMessage);
    const response = await stream.connect();
    void stream.follow(response);
    return stream;
  }

  close(): void {
    this.isClosed = true;
    this.current?.destroy();
  }

  private async connect(): Promise<AsyncIterable<string>> {
    const response = await this.client.open(this.path, this.lastId ? { 'Last-Event-ID': this.lastId } : {});
    this.current = response;
    if (this.isClosed) response.destroy();
    return response.setEncoding('utf8') as AsyncIterable<string>;
  }

  private async follow(first: AsyncIterable<string>): Promise<void> {
    let response: AsyncIterable<string> | undefined = first;
    while (!this.isClosed) {
      // A lost connection and a refused one are the same here: it is tried again.
      if (response) await this.read(response).catch(() => this.countBreak());
      response = await this.reconnect();
    }
  }

  private async reconnect(): Promise<AsyncIterable<string> | undefined> {
    if (this.isClosed) return undefined;
    await sleep(RECONNECT_MS);
    return this.connect().catch(() => undefined);
  }

  private async read(response: AsyncIterable<string>): Promise<void> {
    let text = '';
    for await (const chunk of response) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.deliver(block);
    }
    this.countBreak();
  }

  private countBreak(): void {
    if (!this.isClosed) this.breaks += 1;
  }

  private deliver(block: string): void {
    const [, id, data] = /^id: (.*)\ndata: (.*)$/.exec(block) ?? [];
    if (id === undefined || data === undefined) return;
    this.lastId = id;
    this.onMessage({ id, data });
  }
}
