import { event, agentName, type Seed } from './seed.ts';

const DEFAULT_CONNECTIONS = 50;
/** So many different requests take turns that no single row stays at hand. */
const VARIANTS = 100;
const HALFWAY = 'Half of it is done; the rest waits for the test machine.';

export interface Call {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  body?: string;
}

/** One kind of request, sent again and again over some connections. */
export interface Load {
  name: string;
  connections: number;
  /** Taken in turns. */
  calls: Call[];
  /** Which bare load it is compared with. */
  baseline: 'GET' | 'POST';
  /** How many times the requests of the bare server it has to reach. */
  target?: number;
  p99MaxMs?: number;
}

export const BASELINES: Record<Load['baseline'], Load> = {
  GET: { name: 'bare node:http GET', connections: DEFAULT_CONNECTIONS, calls: [get('/')], baseline: 'GET' },
  POST: {
    name: 'bare node:http POST',
    connections: DEFAULT_CONNECTIONS,
    calls: [send('POST', '/', event(1))],
    baseline: 'POST',
  },
};

export function serverLoads({ busyTasks, vms }: Seed): Load[] {
  const tasks = spread(busyTasks);
  const beats = spread(vms).map((id) => send('POST', `/registry/vms/${id}/heartbeat`));
  const events = spread([...Array(1000).keys()]).map((i) => send('POST', '/feed/events', event(i)));
  const change = { status: 'in_progress', description: HALFWAY };
  const changes = tasks.map((id) => send('PATCH', `/board/tasks/${id}`, change));
  const gets = tasks.map((id) => get(`/board/tasks/${id}`));
  return [
    read('GET /health', 50, 0.53, get('/health')),
    read('GET one task', 50, 0.36, ...gets),
    { ...write('POST heartbeat', beats, 0.47), p99MaxMs: undefined },
    write('POST /feed/events', events, 0.3),
    write('PATCH task', changes, 0.26),
    read('GET tasks?status=open', 10, 0.14, get('/board/tasks?status=open')),
    read('GET tasks?assignee', 10, 0.21, get(`/board/tasks?assignee=${agentName(7)}`)),
    read('GET events?agent&limit=50', 20, 0.22, get(`/feed/events?agent=${agentName(7)}&limit=50`)),
    read('GET /feed/stats', 10, 0.27, get('/feed/stats')),
    read('GET discover', 20, 0.24, get('/registry/discover/lieutenant')),
    read('GET /log?since=now', 10, 0.23, get(`/log?since=${new Date().toISOString()}`)),
    read('GET /usage?range=7d', 10, 0.074, get('/usage?range=7d')),
  ];
}

function read(name: string, connections: number, target: number, ...calls: Call[]): Load {
  return { name, connections, calls, baseline: 'GET', target };
}

/** Durable when it is answered, and that soon. */
function write(name: string, calls: Call[], target: number): Load {
  return { name, connections: DEFAULT_CONNECTIONS, calls, baseline: 'POST', target, p99MaxMs: 30 };
}

function get(path: string): Call {
  return { method: 'GET', path };
}

function send(method: 'POST' | 'PATCH', path: string, body?: object): Call {
  return body === undefined ? { method, path } : { method, path, body: JSON.stringify(body) };
}

/** Evenly taken from the whole list. */
function spread<T>(items: readonly T[]): T[] {
  const step = Math.max(1, Math.floor(items.length / VARIANTS));
  return items.filter((_, i) => i % step === 0).slice(0, VARIANTS);
}
