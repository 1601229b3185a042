import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The answers to requests with an `Idempotency-Key`. */
export class CreateFirstAnswers1790000600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE first_answers (
         key TEXT PRIMARY KEY, body TEXT NOT NULL, log TEXT NOT NULL, at TEXT NOT NULL, answer TEXT NOT NULL,
         headers TEXT
       )`,
    );
    await runner.query('CREATE INDEX first_answers_by_time ON first_answers (log, at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE first_answers');
  }
}
