import { TOKEN } from './app.js';

export interface SseMessage {
  id?: string;
  event?: string;
  data: unknown;
}

/** A reader of a server-sent event stream that gives its messages one by one. */
export class TestStream {
  private text = '';

  private constructor(
    readonly response: Response,
    private readonly reader: ReadableStreamDefaultReader<string>,
    private readonly abort: AbortController,
  ) {}

  static async open(url: string, headers: Record<string, string> = {}): Promise<TestStream> {
    return TestStream.openAs({ Authorization: `Bearer ${TOKEN}` }, url, headers);
  }

  static async openAs(credential: Record<string, string>, url: string, headers = {}): Promise<TestStream> {
    const abort = new AbortController();
    const response = await fetch(url, { signal: abort.signal, headers: { ...credential, ...headers } });
    if (!response.body) throw new Error('the answer has no body');
    return new TestStream(response, response.body.pipeThrough(new TextDecoderStream()).getReader(), abort);
  }

  /** The next message; `undefined` once the server has ended the stream. Comments and `retry:` are passed over. */
  async next(): Promise<SseMessage | undefined> {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end !== -1) {
        const block = this.text.slice(0, end);
        this.text = this.text.slice(end + 2);
        const message = parse(block);
        if (message) return message;
        continue;
      }
      const { value, done } = await this.reader.read();
      if (done) return undefined;
      this.text += value;
    }
  }

  async take(count: number): Promise<SseMessage[]> {
    const messages: SseMessage[] = [];
    while (messages.length < count) {
      const message = await this.next();
      if (!message) break;
      messages.push(message);
    }
    return messages;
  }

  close(): void {
    this.abort.abort();
  }
}

function parse(block: string): SseMessage | undefined {
  const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
  const data = fields.get('data');
  if (data === undefined) return undefined;
  const [id, event] = [fields.get('id'), fields.get('event')];
  return { ...(id !== undefined && { id }), ...(event !== undefined && { event }), data: JSON.parse(data) as unknown };
}
