import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers the SkillHub's routes as it is told to, and every other one with `{}`. */
export class FakeHub {
  /** What a sync answers, and what the hub has under any name. */
  sync: object = { updates: [] };
  item: object | undefined;
  syncs = 0;
  /** How many streams were opened in all. */
  opened = 0;
  lastEventId: string | undefined;

  private readonly streams = new Set<ServerResponse>();
  private readonly changed = new EventEmitter();
  private readonly server = createServer((request, response) => this.answer(request, response));

  static async start(): Promise<FakeHub> {
    const hub = new FakeHub();
    await once(hub.server.listen(0, '127.0.0.1'), 'listening');
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  send(text: string): void {
    for (const stream of this.streams) stream.write(text);
  }

  /** Ends all streams as a server does that stops: what was sent before arrives. */
  breakOff(): void {
    for (const stream of this.streams) stream.end();
    this.streams.clear();
  }

  /** Until so many streams are open, and so many were opened in all. */
  async untilStreams(count: number, opened = 0): Promise<void> {
    while (this.streams.size !== count || this.opened < opened) await once(this.changed, 'change');
  }

  async untilSyncs(count: number): Promise<void> {
    while (this.syncs < count) await once(this.changed, 'change');
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    if (path === '/skills/stream') this.open(request, response);
    else if (path.startsWith('/skills/items/')) {
      const { item } = this;
      response.writeHead(item ? 200 : 500, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(item ?? { error: 'something is wrong' }));
    } else {
      if (path === '/skills/sync') this.syncs += 1;
      response.end(JSON.stringify(path === '/skills/sync' ? this.sync : {}));
    }
    this.changed.emit('change');
  }

  private open(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(':\n\n');
    this.lastEventId = request.headers['last-event-id'] as string | undefined;
    this.streams.add(response);
    this.opened += 1;
    response.once('close', () => {
      this.streams.delete(response);
      this.changed.emit('change');
    });
  }
}
