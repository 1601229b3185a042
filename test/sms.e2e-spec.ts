import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { TestApp, TOKEN } from './support/app.js';
import { FakeClock } from './support/fake-clock.js';
import { FaultDisk } from './support/fault-disk.js';
import { NOON, TASK_DEFAULTS } from './support/make.js';

type Params = Record<string, string | string[]>;
type Answered = [status: number, type: string | null, text: string];

const SECRET = 'twilio-secret';
const NUMBER = '+15550100';
const OTHER_NUMBER = '+15550101';
const TOO_LONG = 'must not be longer than 256 characters';
const KIB_64 = 64 << 10;
const PATH = '/twilio/webhook';
const SENTENCE = /(?:Task created|Logged|Written to the journal): ([0-7][0-9A-HJKMNP-TV-Z]{25})/;
const WRONG =
  'missing or wrong X-Twilio-Signature: Twilio makes it with TWILIO_AUTH_TOKEN over TWILIO_WEBHOOK_URL, or the URL of the request';

interface Sms {
  params?: Params;
  /** The form to the letter, where it is not simply what was signed. */
  form?: string | Buffer<ArrayBuffer>;
  path?: string;
  /** The URL that is signed. */
  url?: string;
  secret?: string;
  headers?: Record<string, string>;
}

function message(text: string, more: Params = {}): Params {
  return { From: NUMBER, To: '+15550199', Body: text, AccountSid: 'AC1', NumMedia: '0', ...more };
}

function formOf(params: Params): string {
  const pairs = Object.entries(params).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  return new URLSearchParams(pairs).toString();
}

/** A request as Twilio makes it, apart from what is given. */
async function send(app: TestApp, sms: Sms = {}): Promise<Answered> {
  const { params = message('hello'), path = PATH, url = app.url + path, secret = SECRET, headers = {} } = sms;
  const answer = await fetch(app.url + path, {
    method: 'POST',
    body: sms.form ?? formOf(params),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Twilio-Signature': getExpectedTwilioSignature(secret, url, params),
      ...headers,
    },
  });
  return [answer.status, answer.headers.get('content-type'), await answer.text()];
}

/** An answer in TwiML: one message in one response, and nothing else. */
function twiml(status: number, text: string): Answered {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Response><Message>${text}</Message></Response>`;
  return [status, 'text/xml; charset=utf-8', xml];
}

/** Sends a message that must be taken, and gives the id that the answer names. */
async function accepted(app: TestApp, sms: Sms = {}): Promise<string> {
  const answer = await send(app, sms);
  const [sentence = '', id = ''] = SENTENCE.exec(answer[2]) ?? [];
  expect(answer).toEqual(twiml(200, sentence));
  return id;
}

describe('a text message', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ env: { TWILIO_AUTH_TOKEN: SECRET }, clock: new FakeClock() });
  });
  afterAll(() => app.stop());

  it.each([
    ['t: Fix the parser', 'Fix the parser'],
    ['task: Fix the parser', 'Fix the parser'],
    [' TASK :Fix: it ', 'Fix: it'],
    ['T:\nLine one\nLine two', 'Line one\nLine two'],
    ['t: ü😀', 'ü😀'],
    ['t: </Message><Redirect>&x;', '</Message><Redirect>&x;'],
  ])('%j becomes a task', async (text, title) => {
    const id = await accepted(app, { params: message(text) });
    const { status, body } = await app.api.get(`/board/tasks/${id}`);
    const made = { status: 'open', tags: ['sms'], createdBy: NUMBER, createdAt: NOON, updatedAt: NOON, score: 0 };
    expect([status, body]).toEqual([
      200,
      { id, title, dependencies: [], notes: [], artifacts: [], ...TASK_DEFAULTS, ...made },
    ]);
  });

  it.each([
    ['l: Deployed', 'Deployed'],
    ['Log: Deployed', 'Deployed'],
    ['LOG:t: Deployed', 't: Deployed'],
  ])('%j becomes a log entry', async (sent, text) => {
    const id = await accepted(app, { params: message(sent) });
    const { entries } = (await app.api.get('/log')).body as { entries: unknown[] };
    expect(entries.at(-1)).toEqual({ id, timestamp: NOON, text, agent: NUMBER });
  });

  it.each([
    ['j: Tired', 'Tired'],
    ['Journal : Tired', 'Tired'],
    ['Tired', 'Tired'],
    ['Note: this is no prefix', 'Note: this is no prefix'],
    ['tasks: neither', 'tasks: neither'],
    ['a task: neither', 'a task: neither'],
    ['constructor:', 'constructor:'],
  ])('%j becomes a journal entry', async (sent, text) => {
    const id = await accepted(app, { params: message(sent) });
    const { entries } = (await app.api.get('/journal')).body as { entries: unknown[] };
    expect(entries.at(-1)).toEqual({ id, timestamp: NOON, text, author: NUMBER, tags: ['sms'] });
  });

  it('that comes again is answered as before and stored once, also when both come at once', async () => {
    const params = message('l: once', { MessageSid: 'SM1' });
    const ids = await Promise.all([1, 2, 3].map(() => accepted(app, { params })));
    ids.push(await accepted(app, { params: { ...params, ErrorCode: '11205' } }));
    const [id] = ids;
    expect(ids).toEqual([id, id, id, id]);
    const others = [
      await accepted(app, { params: { ...params, Body: 'l: twice' } }),
      await accepted(app, { params: { ...params, From: OTHER_NUMBER } }),
      await accepted(app, { params: { ...params, MessageSid: 'SM2' } }),
      await accepted(app, { params: message('l: once') }),
      await accepted(app, { params: message('l: once') }),
    ];
    const { entries } = (await app.api.get('/log')).body as { entries: { id: string }[] };
    expect(entries.slice(-6).map((entry) => entry.id)).toEqual([id, ...others]);
  });

  it('may have any fields beside those that count, once or more often', async () => {
    const more = JSON.parse('{"__proto__": "x", "constructor": "y", "Media": ["b", "a", "a"], "Empty": ""}') as Params;
    const params = Object.defineProperties(message('x'), Object.getOwnPropertyDescriptors(more));
    await accepted(app, { params });
  });

  it('is signed over the query too', async () => {
    await accepted(app, { path: `${PATH}?from=twilio&x=%27+%2b` });
    expect(await send(app, { path: `${PATH}?a=b`, url: app.url + PATH })).toEqual(twiml(403, WRONG));
  });

  it('is answered with 405 when it is not posted', async () => {
    const { status, headers } = await app.api.get(PATH);
    expect([status, headers['allow']]).toEqual([405, 'POST']);
  });
});

describe('a refused text message', () => {
  let app: TestApp;
  let before: string;
  beforeAll(async () => {
    app = await TestApp.start({ env: { TWILIO_AUTH_TOKEN: SECRET, TWILIO_ALLOWED_NUMBERS: `${NUMBER}, +49301` } });
    await accepted(app);
    before = app.storedText();
  });
  afterAll(() => app.stop());

  const UNSIGNED: [string, Sms][] = [
    ['the signature of another secret', { secret: 'other' }],
    ['the signature of our own token', { secret: TOKEN }],
    ['an empty signature', { headers: { 'X-Twilio-Signature': '' } }],
    ['a signature that is none', { headers: { 'X-Twilio-Signature': 'x'.repeat(28) } }],
    [
      'the bearer token in place of a signature',
      { headers: { 'X-Twilio-Signature': '', Authorization: `Bearer ${TOKEN}` } },
    ],
    ['the signature of another URL', { url: `https://agents.example${PATH}` }],
    ['another text than was signed', { form: formOf(message('t: mine')) }],
    ['another sender than was signed', { form: formOf(message('hello', { From: '+49301' })) }],
    ['a field that was not signed', { form: `${formOf(message('hello'))}&Extra=1` }],
    ['a text that was not signed beside the one that was', { form: `${formOf(message('hello'))}&Body=t%3A+mine` }],
    ['a prototype that was not signed', { form: `${formOf(message('hello'))}&__proto__=x` }],
    ['no body', { form: '' }],
    ['JSON', { form: JSON.stringify(message('hello')) }],
    ['broken escapes', { form: '%=%zz&From=%E0%A4%A&&&=&%00' }],
    ['bytes that are no text', { form: Buffer.from([0xff, 0x3d, 0xfe, 0x26, 0x00]) }],
    [
      'the URL of a proxy that is not trusted',
      {
        url: `https://agents.example${PATH}`,
        headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'agents.example' },
      },
    ],
    ['another sender and a wrong signature', { params: message('x', { From: OTHER_NUMBER }), secret: 'other' }],
  ];

  it.each(UNSIGNED)('has %s', async (_, sms) => {
    expect(await send(app, sms)).toEqual(twiml(403, WRONG));
    expect(app.storedText()).toBe(before);
  });

  it.each(['[', 'a b', 'a:b:c', '@', ''])('names a host that is none: %j', async (host) => {
    const { status, text } = await app.anonymous
      .post(PATH)
      .set({ Host: host, 'X-Twilio-Signature': 'x' })
      .send('Body=x');
    expect([status, text]).toEqual([403, twiml(403, WRONG)[2]]);
    expect(app.storedText()).toBe(before);
  });

  it.each([
    ['another number', message('t: x', { From: OTHER_NUMBER })],
    ['a longer number', message('t: x', { From: `${NUMBER}0` })],
    ['no number', { Body: 't: x' }],
    ['two numbers', message('t: x', { From: [NUMBER, OTHER_NUMBER] })],
    ['another number and has no text', message('', { From: OTHER_NUMBER })],
  ])('comes from %s', async (_, params) => {
    expect(await send(app, { params })).toEqual(twiml(403, 'this number is not one of TWILIO_ALLOWED_NUMBERS'));
    expect(app.storedText()).toBe(before);
  });

  it.each([
    ['an empty text', message(''), 'Body is required'],
    ['a blank text', message(' \n '), 'Body is required'],
    ['no text', { From: NUMBER }, 'Body is required'],
    ['two texts', message('', { Body: ['a', 'b'] }), 'Body must be a string'],
    ['a prefix and nothing else', message('t: '), 'Body has no text after its prefix'],
    ['another prefix and nothing else', message(' Journal :'), 'Body has no text after its prefix'],
    ['a message id that is too long', message('x', { MessageSid: 'x'.repeat(257) }), `MessageSid ${TOO_LONG}`],
    [
      'too many fields',
      message('x', { more: Array.from({ length: 1000 }, (_, i) => `${i}`) }),
      'the form must not have more than 1000 fields',
    ],
  ] satisfies [string, Params, string][])('has %s', async (_, params, sentence) => {
    expect(await send(app, { params })).toEqual(twiml(400, sentence));
    expect(app.storedText()).toBe(before);
  });

  it('is larger than 64 KiB, and no smaller', async () => {
    const envelope = formOf(message('')).length;
    const [fits, tooLarge] = [0, 1].map((more) => message('x'.repeat(KIB_64 - envelope + more)));
    expect(await send(app, { params: tooLarge })).toEqual(twiml(413, 'the body is larger than 64 KiB'));
    expect(app.storedText()).toBe(before);
    await accepted(app, { params: fits });
    before = app.storedText();
  });
});

describe('the webhook', () => {
  async function withApp(
    env: NodeJS.ProcessEnv,
    work: (app: TestApp) => Promise<void>,
    disk?: FaultDisk,
  ): Promise<void> {
    const app = await TestApp.start({ env: { TWILIO_AUTH_TOKEN: SECRET, ...env }, disk });
    try {
      await work(app);
    } finally {
      await app.stop();
    }
  }

  it.each([undefined, ''])('is off without TWILIO_AUTH_TOKEN, whoever calls: %j', (secret) =>
    withApp({ TWILIO_AUTH_TOKEN: secret }, async (app) => {
      const off = twiml(503, 'text messages are off: TWILIO_AUTH_TOKEN is not set');
      expect(await send(app)).toEqual(off);
      expect(await send(app, { secret: '' })).toEqual(off);
      expect(await send(app, { form: '', headers: { Authorization: `Bearer ${TOKEN}` } })).toEqual(off);
      expect((await app.api.get('/journal')).body).toEqual({ entries: [], count: 0 });
    }),
  );

  it('takes TWILIO_WEBHOOK_URL for what is signed, whatever URL reached it', () => {
    const url = 'https://agents.example/hooks/sms?x=1';
    return withApp({ TWILIO_WEBHOOK_URL: url, TRUST_PROXY: 'true' }, async (app) => {
      await accepted(app, { url });
      const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'elsewhere.example' };
      await accepted(app, { url, headers });
      expect(await send(app)).toEqual(twiml(403, WRONG));
      expect(await send(app, { url: `https://elsewhere.example${PATH}`, headers })).toEqual(twiml(403, WRONG));
    });
  });

  it("takes a trusted proxy's URL for the request's own", () =>
    withApp({ TRUST_PROXY: 'loopback' }, async (app) => {
      const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'agents.example' };
      await accepted(app, { url: `https://agents.example${PATH}`, headers });
      await accepted(app, { url: `https://agents.example${PATH}?a=%20b`, path: `${PATH}?a=%20b`, headers });
      await accepted(app);
      expect(await send(app, { headers })).toEqual(twiml(403, WRONG));
      const nonsense = { 'X-Forwarded-Proto': 'no scheme', 'X-Forwarded-Host': '[' };
      expect(await send(app, { headers: nonsense })).toEqual(twiml(403, WRONG));
    }));

  it('lets every number in when none is named, but not none', () =>
    withApp({}, async (app) => {
      await accepted(app, { params: message('x', { From: OTHER_NUMBER }) });
      const bad: [Params, string][] = [
        [{ Body: 'x' }, 'From is required'],
        [message('x', { From: ' ' }), 'From is required'],
        [message('x', { From: [NUMBER, OTHER_NUMBER] }), 'From must be a string'],
        [message('x', { From: '1'.repeat(257) }), `From ${TOO_LONG}`],
      ];
      for (const [params, sentence] of bad) expect(await send(app, { params })).toEqual(twiml(400, sentence));
      expect((await app.api.get('/journal')).body).toMatchObject({ count: 1 });
    }));

  it('says when nothing can be written, and takes the same message afterwards', () => {
    const disk = new FaultDisk();
    const params = message('j: at last', { MessageSid: 'SM1' });
    return withApp(
      {},
      async (app) => {
        disk.faults = { write: 'refuse' };
        const [status, type] = await send(app, { params });
        expect([status, type]).toEqual([503, 'text/xml; charset=utf-8']);
        disk.faults = {};
        const id = await accepted(app, { params });
        const { body } = await app.api.get('/journal');
        expect(body).toMatchObject({ entries: [{ id, text: 'at last' }], count: 1 });
      },
      disk,
    );
  });
});
