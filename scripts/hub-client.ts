import type { LocalSkill } from './skill-folder.ts';

const ANSWER_MAX_MS = 30_000;

export interface HubSkill {
  version: number;
  sha256: string;
  enabled: boolean;
}

interface Answer {
  url: string;
  status: number;
  body: Partial<HubSkill> & { error?: string };
}

/** The skills of a running hub. */
export class HubClient {
  private readonly items: string;
  private readonly headers: Record<string, string>;

  constructor(url: string, token?: string) {
    this.items = `${url.replace(/\/+$/, '')}/skills/items`;
    this.headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  }

  /** `undefined` when the hub has no skill of this name. */
  async find(name: string): Promise<HubSkill | undefined> {
    const answer = await this.send(`${this.items}/${encodeURIComponent(name)}`);
    return answer.body.error === 'skill not found' ? undefined : skillIn(answer, 200);
  }

  /** Makes it the next version of its name; tags, and whether it is enabled, stay as the hub has them. */
  async publish({ name, description, content }: LocalSkill, publishedBy: string): Promise<HubSkill> {
    const body = JSON.stringify({ name, description, content, publishedBy });
    return skillIn(await this.send(this.items, { method: 'POST', body }), 201);
  }

  private async send(url: string, init: RequestInit = {}): Promise<Answer> {
    const signal = AbortSignal.timeout(ANSWER_MAX_MS);
    try {
      // A redirected POST would become a GET.
      const response = await fetch(url, { ...init, headers: this.headers, redirect: 'manual', signal });
      const text = await response.text();
      return { url, status: response.status, body: parse(text) };
    } catch (error) {
      const { message, cause } = error as Error;
      throw new Error(`${url} does not answer: ${(cause as Error | undefined)?.message || message}`, { cause: error });
    }
  }
}

function parse(text: string): Answer['body'] {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}

function skillIn({ url, status, body }: Answer, expected: number): HubSkill {
  const { version, sha256, enabled, error } = body;
  if (status === 401) throw new Error(`${url} answered 401 (${error}): set VERS_AUTH_TOKEN or --token`);
  if (status !== expected || version === undefined || sha256 === undefined || enabled === undefined)
    throw new Error(`${url} answered ${status}: ${error ?? 'that is no hub'}`);
  return { version, sha256, enabled };
}
