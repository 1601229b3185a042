import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Clock } from '../clock.js';
import type { ServicesDatabase } from '../storage/services-database.js';

export class CreateTakenFiles1790000050000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE taken_files (
         file TEXT NOT NULL, sha256 TEXT NOT NULL, taken_at TEXT NOT NULL, PRIMARY KEY (file, sha256)
       ) WITHOUT ROWID`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE taken_files');
  }
}

/** Which predecessor's files `services.sqlite` holds already. */
export class TakenFiles {
  private readonly insert = this.database.write('INSERT INTO taken_files VALUES (?, ?, ?)');
  private readonly byDigest = this.database.write<{ file: string }, [string, string]>(
    'SELECT file FROM taken_files WHERE file = ? AND sha256 = ?',
  );

  constructor(
    private readonly database: ServicesDatabase,
    private readonly clock: Clock,
  ) {
    database.define(CreateTakenFiles1790000050000);
  }

  has(file: string, sha256: string): boolean {
    return this.byDigest.get(file, sha256) !== undefined;
  }

  /** Within the transaction that takes the file over. */
  note(file: string, sha256: string): void {
    this.insert.run(file, sha256, this.clock.timestamp());
  }
}
