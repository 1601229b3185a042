import { createRequire } from 'node:module';

type Driver = typeof import('@duckdb/node-api');

const require = createRequire(import.meta.url);

/** DuckDB's driver, which takes 40 MiB: it is loaded when it is first needed. */
export function duckDriver(): Driver {
  return require('@duckdb/node-api') as Driver;
}
