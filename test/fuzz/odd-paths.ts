import fc, { type Arbitrary } from 'fast-check';

/** Other ways to write a path, some of which lead elsewhere. */
const BENDS: ((path: string) => string)[] = [
  (path) => path.toUpperCase(),
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replaceAll('/', '//'),
  (path) => `/.${path}`,
  (path) => `/health/..${path}`,
  (path) => `/health/..;${path}`,
  (path) => `/health;${path}`,
  (path) => `/health%2f..${path}`,
  (path) => `/docs/..${path}`,
  (path) => `/docs/..%2f..${path}`,
  (path) => `/docs/%2e%2e${path}`,
  (path) => `/ui/static/..${path}`,
  (path) => `/ui/static/..%2f..${path}`,
  (path) => `/ui/login/..${path}`,
  (path) => `/ui/api/..${path}`,
  (path) => `/ui/api/%2e%2e${path}`,
  (path) => `/ui/api/.${path}`,
  (path) => `/ui/api/${path}`,
  (path) => `/ui/api${path}`,
  (path) => `/UI/API${path}`,
  (path) => `/ui/api/ui/api${path}`,
  (path) => `/ui/api/docs/..${path}`,
  (path) => `/ui%2fapi${path}`,
  (path) => `/twilio/webhook/..${path}`,
  (path) => `http://127.0.0.1${path}`,
  (path) => `http://evil.example${path}`,
  (path) => `http://evil.example/ui/api${path}`,
  (path) => `//evil.example${path}`,
  (path) => `${path}%00`,
  (path) => `${path}%2f`,
  (path) => `${path}.json`,
  (path) => `${path};x=1`,
  (path) => `${path}#/health`,
  (path) => `${path}%3fx`,
  (path) => `${path}?/../health`,
  (path) => path.replaceAll('/', '\\'),
  (path) => path.replaceAll('/', '%2f'),
  (path) => path.replaceAll('/', '/./'),
  (path) => path.slice(0, -1) || '/',
  () => '/',
  () => '*',
  () => '/%',
  () => '/..%00/',
];

export const oddPath: Arbitrary<(path: string) => string> = fc.oneof(
  { arbitrary: fc.constantFrom(...BENDS), weight: 3 },
  // One character of it as an escape.
  fc.nat({ max: 40 }).map((n) => (path: string) => {
    const i = 1 + (n % Math.max(1, path.length - 1));
    return `${path.slice(0, i)}%${path.charCodeAt(i).toString(16).padStart(2, '0').slice(-2)}${path.slice(i + 1)}`;
  }),
);
