import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The largest id drawn so far, so that ids go on growing also when what had it is deleted. */
export class CreateServicesState1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE services_state (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), largest_id TEXT NOT NULL)',
    );
    await runner.query("INSERT INTO services_state VALUES (1, '')");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE services_state');
  }
}
