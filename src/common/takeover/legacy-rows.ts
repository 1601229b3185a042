import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { StartError } from '../errors/start-error.js';
import { damaged } from './legacy-fields.js';

export function isDatabase(path: string): boolean {
  return path.endsWith('.db');
}

/** A row of a predecessor's table, with its columns named as fields are. */
export interface LegacyRow {
  value: Record<string, unknown>;
  number: number;
  /** Of the whole table. */
  count: number;
}

/**
 * The rows of a table of a SQLite file, oldest first where `time` names the field that says so; none where there is no
 * such table and there need not be.
 * @throws StartError when the file cannot be read
 */
export function* legacyRows(
  path: string,
  table: string,
  { time, mayBeMissing }: { time?: string; mayBeMissing?: true },
): Generator<LegacyRow> {
  const database = open(path);
  try {
    const names = database.pragma(`table_info(${table})`) as { name: string }[];
    if (names.length === 0 && mayBeMissing) return;
    if (names.length === 0) throw damaged(path, `has no table ${table}`);
    const fields = new Map(names.map(({ name }) => [camelCase(name), name]));
    const order = fields.get(time ?? '');
    const { count } = database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number };
    const rows = database.prepare(`SELECT * FROM ${table}${order ? ` ORDER BY "${order}"` : ''}`).iterate();
    let number = 0;
    for (const row of rows as Iterable<Record<string, unknown>>) {
      const value = Object.fromEntries([...fields].map(([field, name]) => [field, row[name]]));
      yield { value, number: (number += 1), count };
    }
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw damaged(path, `cannot be read: ${(error as Error).message}`);
  } finally {
    database.close();
  }
}

/** Brings into a SQLite file what stands beside it after its process was killed, so that it is one file. */
export function settle(path: string): void {
  if (!['-wal', '-journal'].some((suffix) => existsSync(path + suffix))) return;
  const database = new Database(path);
  try {
    database.pragma('journal_mode = DELETE');
  } finally {
    database.close();
  }
}

function open(path: string): Database.Database {
  try {
    return new Database(path, { readonly: true });
  } catch (error) {
    throw damaged(path, `cannot be opened: ${(error as Error).message}`);
  }
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
