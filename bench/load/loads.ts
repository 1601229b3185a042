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
}

export const BASELINES: readonly Load[] = [
  { name: 'bare node:http GET', connections: DEFAULT_CONNECTIONS, calls: [get('/')], baseline: 'GET' },
  {
    name: 'bare node:http POST',
    connections: DEFAULT_CONNECTIONS,
    calls: [send('POST', '/', event(1))],
    baseline: 'POST',
  },
];

export function serverLoads({ busyTasks, vms }: Seed): Load[] {
  const tasks = spread(busyTasks);
  return [
    read('GET /health', DEFAULT_CONNECTIONS, '/health'),
    { ...read('GET one task', DEFAULT_CONNECTIONS), calls: tasks.map((id) => get(`/board/tasks/${id}`)) },
    write(
      'POST heartbeat',
      spread(vms).map((id) => send('POST', `/registry/vms/${id}/heartbeat`)),
    ),
    write(
      'POST /feed/events',
      spread([...Array(1000).keys()]).map((i) => send('POST', '/feed/events', event(i))),
    ),
    write(
      'PATCH task',
      tasks.map((id) => send('PATCH', `/board/tasks/${id}`, { status: 'in_progress', description: HALFWAY })),
    ),
    read('GET tasks?status=open', 10, '/board/tasks?status=open'),
    read('GET tasks?assignee', 10, `/board/tasks?assignee=${agentName(7)}`),
    read('GET events?agent&limit=50', 20, `/feed/events?agent=${agentName(7)}&limit=50`),
    read('GET /feed/stats', 10, '/feed/stats'),
    read('GET discover', 20, '/registry/discover/lieutenant'),
    read('GET /usage?range=7d', 10, '/usage?range=7d'),
    read('GET /log?since=now', 10, `/log?since=${new Date().toISOString()}`),
  ];
}

function read(name: string, connections: number, ...paths: string[]): Load {
  return { name, connections, calls: paths.map(get), baseline: 'GET' };
}

function write(name: string, calls: Call[]): Load {
  return { name, connections: DEFAULT_CONNECTIONS, calls, baseline: 'POST' };
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
