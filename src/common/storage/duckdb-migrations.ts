import { StartError } from '../errors/start-error.js';
import type { Session } from './duckdb-session.js';

/**
 * Runs the migrations that a file has not seen yet, each in a transaction with the number it leaves behind. Migrations
 * are never changed once released; new ones go to the end.
 */
export async function migrate(session: Session, migrations: readonly string[]): Promise<void> {
  const version = await versionOf(session);
  if (version > migrations.length) {
    throw new StartError(`was written by a newer version of this server (schema ${version})`);
  }
  for (const [i, sql] of [...migrations.entries()].slice(version)) {
    await session.run('BEGIN');
    try {
      if (i === 0) await session.run('CREATE TABLE schema_version (version INTEGER NOT NULL)');
      else await session.run('DELETE FROM schema_version');
      await session.run(sql);
      await session.run(`INSERT INTO schema_version VALUES (${i + 1})`);
      await session.run('COMMIT');
    } catch (error) {
      await session.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}

/** Tables that came from elsewhere are not built upon: who knows what is in them. */
async function versionOf(session: Session): Promise<number> {
  const tables = await session.rows<{ table_name: string }>(
    'SELECT table_name FROM duckdb_tables() WHERE NOT temporary',
  );
  if (tables.length === 0) return 0;
  if (!tables.some(({ table_name }) => table_name === 'schema_version')) {
    throw new StartError('was not made by this server; move it out of the data folder');
  }
  const [row] = await session.rows<{ version: number }>('SELECT version FROM schema_version');
  return row?.version ?? 0;
}
