import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  // What was used stays until it expires: it counts as made.
  'CREATE TABLE magic_links (digest TEXT PRIMARY KEY, created_at INTEGER NOT NULL, is_used INTEGER NOT NULL DEFAULT 0)',
  'CREATE TABLE sessions (digest TEXT PRIMARY KEY, created_at INTEGER NOT NULL)',
];

/** Times are milliseconds since 1970; secrets are kept as their SHA-256 only. */
export class CreateSessions1790000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sessions');
    await runner.query('DROP TABLE magic_links');
  }
}

/** Whom a link is for, and a session belongs to. Those that are there were made for nobody in particular. */
export class NameSessions1790000600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['magic_links', 'sessions']) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN name TEXT NOT NULL DEFAULT 'dashboard'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['magic_links', 'sessions']) await runner.query(`ALTER TABLE ${table} DROP COLUMN name`);
  }
}

export class CreateApiKeys1790000700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE api_keys (
         id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL,
         created_at INTEGER NOT NULL, expires_at INTEGER, last_used_at INTEGER
       )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_keys');
  }
}
