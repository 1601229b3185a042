import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Where the build puts `src`, seen from `src` as well as from there: a thread cannot run TypeScript. */
const BUILT = new URL('../../dist/', import.meta.url);

/** Starts a thread with nothing of this process' environment, for whose sake no process goes on. */
export function startThread(file: string, options: Pick<WorkerOptions, 'workerData' | 'resourceLimits'>): Worker {
  const thread = new Worker(new URL(file, BUILT), { ...options, execArgv: [], env: {} });
  thread.unref();
  return thread;
}
