import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Each filter has an index to walk along, newest first. */
export class CreateCommits1790000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE commits (
         id TEXT PRIMARY KEY, commit_id TEXT NOT NULL UNIQUE, timestamp TEXT NOT NULL, agent TEXT, label TEXT,
         vm_id TEXT NOT NULL, json TEXT NOT NULL
       )`,
    );
    await runner.query('CREATE INDEX commits_by_time ON commits (timestamp, id)');
    for (const column of ['agent', 'label', 'vm_id']) {
      await runner.query(`CREATE INDEX commits_by_${column} ON commits (${column}, timestamp, id)`);
    }
    await runner.query(
      `CREATE TABLE commit_tags (
         tag TEXT NOT NULL, timestamp TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (tag, timestamp, id)
       ) WITHOUT ROWID`,
    );
    await runner.query('CREATE INDEX commit_tags_by_id ON commit_tags (id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE commit_tags');
    await runner.query('DROP TABLE commits');
  }
}
