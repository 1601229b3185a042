import type { Case } from './cases.ts';
import { asCurl } from './curl.ts';
import type { ApiDocument } from './document.ts';
import { type Answer, HttpClient, type Wire } from './http.ts';
import { judge } from './judge.ts';
import { Known } from './known.ts';
import { render, type Secrets } from './render.ts';
import { Stored } from './stored.ts';
import { Tally } from './tally.ts';

const SHARED_PAGE = 'GET /reports/share/{linkId}';

/** Sends cases to one server, one after the other, and looks at every answer and at what was stored. */
export class Attack {
  readonly tally = new Tally();
  /** The last that went wrong. When cases shrink, that is the smallest. */
  problem?: string;
  private readonly document: ApiDocument;
  private readonly secrets: Secrets;
  private readonly client: HttpClient;
  private readonly stored: Stored;
  private readonly known: Known;

  constructor(document: ApiDocument, secrets: Secrets, dataDir: string) {
    this.document = document;
    this.secrets = secrets;
    this.client = new HttpClient(secrets.url);
    this.stored = new Stored(dataDir);
    this.known = new Known(document, secrets.keyIds);
  }

  /**
   * Gives the status.
   * @throws Error that says what is wrong with the answer, or that there was none
   */
  async send(one: Case): Promise<number> {
    const wire = render(one, this.known, this.secrets);
    const before = this.stored.mark();
    const answer = await this.client
      .send(wire)
      .catch((error: unknown) => this.fail(one, wire, `no answer: ${String(error)}`));
    this.tally.count(one, answer.status);
    const found = judge({ one, wire, answer, hasStored: this.stored.mark() !== before }, this.document);
    if (found !== undefined) this.fail(one, wire, found);
    this.learn(one, wire, answer);
    if (answer.status === 200 && one.operation.id === SHARED_PAGE) await this.store(wire.path);
    return answer.status;
  }

  close(): void {
    this.client.close();
    this.stored.close();
  }

  /** Who read a shared page is stored a moment later: here at once, or the next request would be taken for it. */
  private async store(path: string): Promise<void> {
    const [page = ''] = path.split('?');
    const headers: Wire['headers'] = [['Authorization', `Bearer ${this.secrets.token}`]];
    await this.client.send({ method: 'GET', path: `${page.replace(/\/$/, '')}/access`, headers });
  }

  private learn({ operation }: Case, wire: Wire, { status, body }: Answer): void {
    if (status === 404 || wire.method === 'DELETE') this.known.forget(operation, wire.path);
    else if (status < 300) this.known.learn(operation, asJson(body));
  }

  private fail({ operation, kind, credential }: Case, wire: Wire, found: string): never {
    const lines = [found, `${operation.id}, ${kind}, credential: ${credential}`, asCurl(wire, this.secrets.url)];
    this.problem = lines.join('\n  ');
    throw new Error(found);
  }
}

function asJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
