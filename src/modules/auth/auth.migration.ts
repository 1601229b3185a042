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
