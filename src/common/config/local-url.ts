import type { Config } from './config.js';

/** Where the server is reached from its own machine. */
export function localUrl({ host = 'localhost' }: Config, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
