import type { Case } from './cases.ts';
import type { ApiDocument, Operation } from './document.ts';
import type { Answer, Wire } from './http.ts';
import { isGood } from './render.ts';

/** What everyone may call; whoever opens another route adds it here and says why. */
const OPEN_OPERATIONS = [
  'GET /health', // is the process alive?
  'GET /health/ready', // do requests make sense now?
  'GET /reports/share/{linkId}', // who has the link may read
  'GET /reports/share/{linkId}/og-image.svg', // its preview, for those whom the link is sent to
];
/** What is open beside them: how to call the API, and where people come in. */
const OPEN_PAGES = /^\/(docs(\/.*)?|docs-json|ui\/login|ui\/static\/.*)\/?$/i;
const SIGN_IN = '/ui/login';
const REFUSALS = [400, 401, 403, 404, 405, 413, 429];
/** What only the routes refuse with that document it. */
const ON_ONE_ROUTE = [409, 422];
/** What is recorded a second time is acknowledged again. */
const RECORDED_ONCE = '/usage/';
const SITE_HEADERS = ['Origin', 'Sec-Fetch-Site'];
const SAFE = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];
const INSIDE = /\n\s+at |node_modules|SQLITE|SELECT |INSERT |\/dist\//;

/** What went over the wire, and what was found before and after. */
export interface Exchange {
  one: Case;
  wire: Wire;
  answer: Answer;
  hasStored: boolean;
}

/** What an exchange shows to be wrong; `undefined` when nothing is. */
export function judge(exchange: Exchange, document: ApiDocument): string | undefined {
  return (
    judgeFailure(exchange) ?? judgeStorage(exchange) ?? judgeAccess(exchange, document) ?? judgeForm(exchange, document)
  );
}

function judgeFailure({ wire, answer: { status, headers, body } }: Exchange): string | undefined {
  if (status >= 500) return `a failure: ${status} ${body.toString()}`;
  if (status === 0 || headers['x-request-id'] === undefined) return `${status} comes without an X-Request-Id`;
  if (headers['x-content-type-options'] !== 'nosniff') return `${status} comes without security headers`;
  if (wire.method === 'HEAD' && body.length > 0) return 'HEAD has a body';
  if (status >= 400 && INSIDE.test(body.toString())) return `the refusal shows the inside: ${body.toString()}`;
  return undefined;
}

function judgeStorage({ one, wire, answer: { status, headers }, hasStored }: Exchange): string | undefined {
  const isReplayed = headers['idempotency-replayed'] !== undefined;
  if (isReplayed) return hasStored ? 'was answered as before, but something was stored' : undefined;
  if (hasStored && status >= 400) return `was refused with ${status}, but something was stored`;
  if (hasStored && SAFE.includes(wire.method)) return `${wire.method} stored something`;
  if (!hasStored && status === 201 && !one.operation.template.startsWith(RECORDED_ONCE))
    return 'was acknowledged with 201, but nothing was stored';
  return undefined;
}

function judgeAccess({ one, wire, answer }: Exchange, document: ApiDocument): string | undefined {
  const { status, headers } = answer;
  const isRefused = status >= 400 && status !== 404 && status !== 405;
  if (isGood(one.credential) || isRefused || headers['location'] === SIGN_IN || wire.path.startsWith('*'))
    return undefined;
  const path = pathOf(wire);
  if (wire.method === 'POST' && status < 400) return `${path} took what was guessed, and answered ${status}`;
  const isOpen = document.at(path).some(({ id }) => OPEN_OPERATIONS.includes(id));
  if (isOpen || OPEN_PAGES.test(path)) return undefined;
  return `answered ${status} to ${one.credential === 'none' ? 'no' : 'a wrong'} credential`;
}

function judgeForm(exchange: Exchange, document: ApiDocument): string | undefined {
  const { one, wire, answer } = exchange;
  // Where people with telephones are told that a session is missing.
  if (answer.status === 401 && typeOf(answer) === 'text/xml' && pathOf(wire).startsWith('/ui/api/')) return undefined;
  if (one.kind === 'path' || one.operation.isPage) return judgeSomewhere(exchange, document);
  // Other sites are refused before anything is known of a route.
  if (answer.status === 403 && one.headers.some(([name]) => SITE_HEADERS.includes(name)))
    return judgeRefusal(answer, wire);
  // Bytes that no URL has do not get as far as a route.
  if (answer.status === 400 && /[^\x21-\x7e]/.test(wire.path)) return judgeRefusal(answer, wire);
  const path = pathOf(wire).replace(/^\/ui\/api(?=\/)/, '');
  const operations = document.at(path);
  const operation = operations.find(({ method }) => method === (wire.method === 'HEAD' ? 'GET' : wire.method));
  // What is open elsewhere needs a session there.
  if (operation?.isOpen && path !== pathOf(wire) && [401, 429].includes(answer.status)) return undefined;
  if (operation) return judgeAnswer(operation, wire, answer, document);
  return judgeRefusal(answer, wire) ?? judgeAllow(answer, operations);
}

/** An odd path may lead to any operation, to a page, or nowhere. */
function judgeSomewhere({ wire, answer }: Exchange, document: ApiDocument): string | undefined {
  const path = pathOf(wire);
  const isPage = OPEN_PAGES.test(path) || (path.startsWith('/ui') && !path.startsWith('/ui/api/'));
  if (isPage && (answer.status < 400 || REFUSALS.includes(answer.status))) return undefined;
  if (answer.status >= 400 && !ON_ONE_ROUTE.includes(answer.status) && typeOf(answer) === 'application/json')
    return judgeRefusal(answer, wire);
  const problems = document.operations
    .filter(({ method }) => method === wire.method)
    .map((operation) => judgeAnswer(operation, wire, answer, document));
  return problems.includes(undefined) ? undefined : `${answer.status} is no answer of any ${wire.method}`;
}

function judgeAnswer(operation: Operation, wire: Wire, answer: Answer, document: ApiDocument): string | undefined {
  const [type, status] = [typeOf(answer), answer.status];
  if ((status === 429 || status === 503) && !answer.headers['retry-after']) return `${status} without Retry-After`;
  if (wire.method === 'HEAD')
    return operation.statuses.includes(String(status)) ? undefined : `HEAD answered ${status}`;
  const check = (body: unknown): string | undefined => document.problemWith(operation, status, type, body);
  if (type !== 'text/event-stream')
    return check(type === 'application/json' ? parse(answer.body) : String(answer.body));
  return eventsOf(answer.body)
    .map(check)
    .find((problem) => problem !== undefined);
}

function judgeRefusal(answer: Answer, { method }: Wire): string | undefined {
  const { status, body, headers } = answer;
  if (!REFUSALS.includes(status)) return `${method} is not documented, but answered ${status}`;
  if (
    status === 401 &&
    headers['www-authenticate'] === undefined &&
    !String(body).includes(SIGN_IN) &&
    method !== 'HEAD'
  )
    return '401 does not say what is missing';
  if (method === 'HEAD') return undefined;
  const { error } = parse(body) as { error?: unknown };
  return typeof error === 'string' && error !== '' ? undefined : `${status} says nothing: ${String(body)}`;
}

function judgeAllow({ status, headers }: Answer, operations: Operation[]): string | undefined {
  if (status === 404 && operations.length > 0) return 'answered 404 where only the method is wrong';
  if (status !== 405) return undefined;
  const methods = new Set(operations.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])));
  const expected = [...methods].sort().join(', ');
  return headers['allow'] === expected ? undefined : `405 has Allow: ${String(headers['allow'])}, not ${expected}`;
}

/** As the server sees it: neither query nor origin. */
function pathOf({ path }: Wire): string {
  return path.replace(/^https?:\/\/[^/?]*/, '').replace(/[?#].*$/s, '');
}

function typeOf({ headers }: Answer): string {
  return String(headers['content-type'] ?? '').split(';')[0] ?? '';
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return `no JSON: ${body.toString()}`;
  }
}

/** The data of all events that came whole, but for `reset`. */
function eventsOf(body: Buffer): unknown[] {
  const blocks = body.toString().split('\n\n').slice(0, -1);
  return blocks.flatMap((block) => {
    const data = /^data: (.*)$/m.exec(block)?.[1];
    return data === undefined || /^event: reset$/m.test(block) ? [] : [parse(Buffer.from(data))];
  });
}
