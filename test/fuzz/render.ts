import twilio from 'twilio/lib/webhooks/webhooks.js';
import type { Case, Credential } from './cases.ts';
import type { Wire } from './http.ts';
import type { Known } from './known.ts';
import { encode } from './values.ts';

/** What the server was started with, and the keys and the session that it gave. */
export interface Secrets {
  url: string;
  token: string;
  twilioToken: string;
  agentKey: string;
  readerKey: string;
  /** They must stay until the end. */
  keyIds: string[];
  session: string;
}

const BROWSER_API = '/ui/api';
const WRONG = 'x'.repeat(43);

/** The request that a case stands for, with the ids of what exists now. */
export function render(one: Case, known: Known, secrets: Secrets): Wire {
  const isBrowser = one.credential.endsWith('session') && !one.operation.isPage;
  const plain = one.operation.template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = one.path[name] ?? 0;
    return typeof value === 'number' ? encode(known.get(one.operation, name, value)) : value;
  });
  const path =
    one.bend(isBrowser ? BROWSER_API + plain : plain) + (one.query.length > 0 ? `?${one.query.join('&')}` : '');
  const [body, ...signature] = contentOf(one, path, secrets);
  const headers: Wire['headers'] = [
    ...credentialOf(one.credential, secrets),
    ['X-Forwarded-For', `198.18.${one.client >> 8}.${one.client & 0xff}`],
    ...signature,
    ...(one.key === undefined ? [] : [['Idempotency-Key', one.key] satisfies Wire['headers'][number]]),
  ];
  const replaced = new Set(one.headers.map(([name]) => name.toLowerCase()));
  return {
    method: one.method,
    path,
    headers: [...headers.filter(([name]) => !replaced.has(name.toLowerCase())), ...one.headers],
    ...(body !== undefined && { body }),
  };
}

function credentialOf(credential: Credential, { token, agentKey, readerKey, session }: Secrets): Wire['headers'] {
  switch (credential) {
    case 'bearer':
      return [['Authorization', `Bearer ${token}`]];
    case 'agent key':
      return [['Authorization', `Bearer ${agentKey}`]];
    case 'reader key':
      return [['Authorization', `Bearer ${readerKey}`]];
    case 'wrong bearer':
      return [['Authorization', `Bearer ${token}x`]];
    case 'session':
      return [['Cookie', `session=${session}`]];
    case 'wrong session':
      return [['Cookie', `session=${WRONG}`]];
    case 'none':
      return [];
  }
}

function contentOf(
  { operation, credential, body }: Case,
  path: string,
  secrets: Secrets,
): [Buffer?, ...Wire['headers']] {
  if (body === undefined) return [];
  if (!operation.body?.isForm || Buffer.isBuffer(body)) return [Buffer.from(body)];
  const form = formOf(body);
  if (!isGood(credential)) return [Buffer.from(String(form))];
  const fields = Object.fromEntries(form);
  const signature = twilio.getExpectedTwilioSignature(secrets.twilioToken, secrets.url + path, fields);
  return [Buffer.from(String(form)), ['X-Twilio-Signature', signature]];
}

/** True for what lets in; a form is signed then. */
export const isGood = (credential: Credential): boolean =>
  ['bearer', 'agent key', 'reader key', 'session'].includes(credential);

/** JSON that is no object, or too deep to be read here, is one field's name. */
function formOf(json: string): URLSearchParams {
  try {
    const fields = Object.entries(JSON.parse(json) as object);
    return new URLSearchParams(
      fields.map(([name, value]: [string, unknown]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
  } catch {
    return new URLSearchParams([[json, '']]);
  }
}
