/** All but CONNECT, which is no request to a path. */
export const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'SEARCH',
  'M-SEARCH',
  'LOCK',
  'QUERY',
];

export const BROKEN_BODIES: (string | Buffer)[] = [
  ...[
    '',
    ' \n',
    'null',
    'true',
    '0',
    '"x"',
    '[]',
    '[{}]',
    '{',
    '{"a"',
    '{"a":',
    '{a: 1}',
    "{'a': 1}",
    '{"a": 1,}',
    '{} {}',
    'a=b&c=d',
  ],
  ...[
    '\ufeff{}',
    '{"a": 01}',
    '{"a": NaN}',
    '{"a": "\u0001"}',
    '//x\n{}',
    '<xml/>',
    '--x\r\nContent-Disposition: form-data\r\n\r\n',
  ],
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from('{"title": "x"}', 'utf16le'),
  Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]),
  Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
  Buffer.from([0x1f, 0x8b, 0x08, 0x00]),
  Buffer.alloc(1 << 20, '{'),
  Buffer.alloc((1 << 20) + 1, ' '),
];

const TYPES = [
  ...[
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
  ],
  ...[
    'application/json; charset=utf-16',
    'application/json; charset=nonsense',
    'application/vnd.api+json',
    'nonsense',
    ';',
    '',
    '*/*',
  ],
];
export const MEDIA_TYPES: [string, string][][] = [
  ...TYPES.map((type): [string, string][] => [['Content-Type', type]]),
  ...['gzip', 'br', 'deflate', 'nonsense'].map((encoding): [string, string][] => [['Content-Encoding', encoding]]),
];

/** `NAME` stands for a parameter, of this operation or of another. */
export const ODD_QUERIES = [
  ...[
    'NAME=a&NAME=b',
    'NAME[]=a',
    'NAME[a]=b',
    'NAME[__proto__][x]=1',
    'NAME',
    'NAME=',
    '=NAME',
    '&&&',
    '?',
    'NAME=%',
    'NAME=%ff',
  ],
  ...[
    '__proto__=x',
    '__proto__[x]=1',
    'constructor=x',
    'NAME=null',
    'NAME=0',
    'NAME=-1',
    'NAME=1e3',
    'NAME=99999999999999999999',
  ],
  ...[
    'NAME=2026-01-31T12:00:00+02:00',
    'NAME=+2026-01-31',
    'NAME=0000-00-00',
    'NAME=999999w',
    'NAME=7d',
    'NAME=true',
    'NAME=TRUE',
  ],
  ...[{}, [], [1], [null, null], ['a', 'b'], 'x'].map(
    (keys) => `cursor=${Buffer.from(JSON.stringify(keys)).toString('base64url')}`,
  ),
  ...[
    'cursor=W10',
    'cursor=%00',
    `cursor=${'A'.repeat(4000)}`,
    'limit=10000',
    'limit=1',
    Array.from({ length: 1500 }, (_, i) => `k${i}`).join('&'),
  ],
];

const FORWARDED = [
  'X-Forwarded-Prefix',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-Forwarded-Uri',
  'X-Forwarded-Path',
  'X-Script-Name',
];
const OVERRIDES = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method'];

/** Keys of requests that are sent again, also with other bodies; some are refused. */
export const KEYS = ['1', '2', '3', 'a b', '__proto__', "'; DROP TABLE first_answers; --", '\u00e9', 'x'.repeat(256)];

export const HEADERS: [string, string][] = [
  ...FORWARDED.flatMap((name): [string, string][] => [
    [name, '/health'],
    [name, '/feed/events'],
  ]),
  ...OVERRIDES.flatMap((name): [string, string][] => [
    [name, 'DELETE'],
    [name, 'GET'],
  ]),
  ...['evil.example', 'a b', '[', 'localhost:99999', '\u00e4', 'x'.repeat(2000)].map((host): [string, string] => [
    'X-Forwarded-Host',
    host,
  ]),
  ...['https', 'javascript', 'x'.repeat(300)].map((scheme): [string, string] => ['X-Forwarded-Proto', scheme]),
  ...['nonsense', '1.2.3.4, 5.6.7.8', '::1', '2001:db8::1', '%', ','.repeat(500)].map((ip): [string, string] => [
    'X-Forwarded-For',
    ip,
  ]),
  ...['evil.example', '', '[', 'x:y'].map((host): [string, string] => ['Host', host]),
  ...['text/html', 'nonsense', '*/*;q=0', 'image/png', ';', 'text/event-stream'].map((type): [string, string] => [
    'Accept',
    type,
  ]),
  ...['gzip', 'br', 'identity;q=0', 'nonsense'].map((encoding): [string, string] => ['Accept-Encoding', encoding]),
  ...['https://evil.example', 'null', 'nonsense', ''].map((origin): [string, string] => ['Origin', origin]),
  ...['cross-site', 'same-site', 'same-origin', 'none', 'nonsense'].map((site): [string, string] => [
    'Sec-Fetch-Site',
    site,
  ]),
  ...['nonsense', '0', '\u00ff', '01K9XW5T3V8Z6Q2N4M7P1R0SAB', '__proto__'].map((id): [string, string] => [
    'Last-Event-ID',
    id,
  ]),
  ...['a b', 'x'.repeat(5000), '{"a": 1}', '\u00e4'].map((id): [string, string] => ['X-Request-Id', id]),
  ['Range', 'bytes=0-0'],
  ['If-None-Match', '*'],
  ['If-Modified-Since', 'Sat, 31 Jan 2026 12:00:00 GMT'],
  ['Expect', '100-continue'],
  ['Expect', 'nonsense'],
  ['Upgrade', 'websocket'],
  ['Cookie', 'session'],
  ['Cookie', `session=${'x'.repeat(4000)}; session=`],
  ['Cookie', '__proto__=x; constructor=y; =; ;;'],
  ['X-Twilio-Signature', 'x'],
];
