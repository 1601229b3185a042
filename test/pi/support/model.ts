import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the model says in answer to one request. */
export type Step = { text: string } | { calls: [tool: string, input: object][] } | { status: number };

interface ModelRequest {
  messages: { role: string; content: unknown }[];
  tools?: { function: { name: string; description: string; parameters: { required?: string[] } } }[];
}

/** 100 tokens come in, 40 of them from the cache, and 20 go out. */
const USAGE = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 40 },
};
export const TOKENS_PER_TURN = { input: 60, output: 20, cacheRead: 40, cacheWrite: 0, total: 120 };

/** A model behind OpenAI's chat completions that says what it was told to say, then "done". */
export class StubModel {
  readonly requests: ModelRequest[] = [];
  /** Called with each request before it is answered. */
  before: (request: number) => Promise<void> | void = () => undefined;

  private readonly server = createServer((request, response) => void this.answer(request, response));

  private constructor(private script: Step[]) {}

  static async start(script: Step[]): Promise<StubModel> {
    const model = new StubModel(script);
    await once(model.server.listen(0, '127.0.0.1'), 'listening');
    return model;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** Begins anew: what it says to the requests to come. */
  follow(...script: Step[]): void {
    this.script = script;
    this.before = () => undefined;
    this.requests.splice(0);
  }

  /** From now on it says that it is done. */
  finish(): void {
    this.script = [];
  }

  /** What the model was told in the request after the one it answered with these calls, one text per call. */
  results(request = 1): string[] {
    const { messages } = this.requests[request] ?? { messages: [] };
    const results = messages.filter(({ role }) => role === 'tool');
    return results.map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));
  }

  /** The system prompt of the first request. */
  get prompt(): string {
    return JSON.stringify(this.requests[0]?.messages[0]?.content);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
    const number = this.requests.push(JSON.parse(body) as ModelRequest) - 1;
    await this.before(number);
    const step = this.script[number] ?? { text: 'done' };
    if ('status' in step) {
      response.writeHead(step.status, { 'Content-Type': 'application/json' }).end('{"error":{"message":"no"}}');
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const send = (part: object): void => {
      const chunk = { id: `chat-${number}`, object: 'chat.completion.chunk', created: 1, model: 'stub-1', ...part };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    };
    const say = (delta: object, finish_reason: string | null = null): void =>
      send({ choices: [{ index: 0, delta, finish_reason }] });
    if ('calls' in step) {
      const calls = step.calls.map(([name, input], index) => ({
        index,
        id: `call_${number}_${index}`,
        type: 'function',
        function: { name, arguments: JSON.stringify(input) },
      }));
      say({ role: 'assistant', content: '', tool_calls: calls });
      say({}, 'tool_calls');
    } else {
      say({ role: 'assistant', content: step.text });
      say({}, 'stop');
    }
    send({ choices: [], usage: USAGE });
    response.end('data: [DONE]\n\n');
  }
}
