import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  // `head` is the report's JSON without its content, which stands beside it as it is.
  `CREATE TABLE reports (
     id TEXT PRIMARY KEY, timestamp TEXT NOT NULL, author TEXT NOT NULL, head TEXT NOT NULL, content TEXT NOT NULL
   )`,
  'CREATE INDEX reports_by_time ON reports (timestamp, id)',
  'CREATE INDEX reports_by_author ON reports (author, timestamp, id)',
  `CREATE TABLE report_tags (
     tag TEXT NOT NULL, timestamp TEXT NOT NULL, id TEXT NOT NULL REFERENCES reports ON DELETE CASCADE,
     PRIMARY KEY (tag, timestamp, id)
   ) WITHOUT ROWID`,
  'CREATE INDEX report_tags_by_id ON report_tags (id)',
  // Without `html` the report could not be rendered: it is shown as plain text.
  `CREATE TABLE report_renderings (
     report_id TEXT PRIMARY KEY REFERENCES reports ON DELETE CASCADE, renderer INTEGER NOT NULL, excerpt TEXT NOT NULL,
     html TEXT
   )`,
  // `seq` is the order of creation.
  `CREATE TABLE share_links (
     seq INTEGER PRIMARY KEY, link_id TEXT NOT NULL UNIQUE, report_id TEXT NOT NULL REFERENCES reports ON DELETE CASCADE,
     created_at TEXT NOT NULL, created_by TEXT NOT NULL, expires_at TEXT, label TEXT, revoked INTEGER NOT NULL DEFAULT 0,
     access_count INTEGER NOT NULL DEFAULT 0
   )`,
  'CREATE INDEX share_links_by_report ON share_links (report_id, seq)',
  `CREATE TABLE share_accesses (
     seq INTEGER PRIMARY KEY, id TEXT NOT NULL, link_id TEXT NOT NULL REFERENCES share_links (link_id) ON DELETE CASCADE,
     timestamp TEXT NOT NULL, ip TEXT, user_agent TEXT, referrer TEXT
   )`,
  'CREATE INDEX share_accesses_by_link ON share_accesses (link_id, seq)',
];

export class CreateReports1790000400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['share_accesses', 'share_links', 'report_renderings', 'report_tags', 'reports']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
