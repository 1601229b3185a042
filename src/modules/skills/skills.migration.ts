import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  // `head` is the item's JSON without its content, which stands beside it as JSON text.
  `CREATE TABLE hub_items (
     kind TEXT NOT NULL, name TEXT NOT NULL, enabled INTEGER NOT NULL, version INTEGER NOT NULL, sha256 TEXT NOT NULL,
     head TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (kind, name)
   )`,
  'CREATE INDEX hub_items_by_enabled ON hub_items (kind, enabled, name, version, sha256)',
  `CREATE TABLE hub_item_tags (
     kind TEXT NOT NULL, tag TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, tag, name)
   ) WITHOUT ROWID`,
  'CREATE INDEX hub_item_tags_by_name ON hub_item_tags (kind, name)',
  // Stays when an item is deleted, so that its name goes on from there.
  `CREATE TABLE hub_versions (
     kind TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (kind, name)
   ) WITHOUT ROWID`,
  'CREATE TABLE hub_changes (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID',
  'CREATE TABLE hub_agents (agent_id TEXT PRIMARY KEY, last_sync TEXT NOT NULL, json TEXT NOT NULL)',
  'CREATE INDEX hub_agents_by_time ON hub_agents (last_sync, agent_id)',
];

export class CreateHub1790000200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['items', 'item_tags', 'versions', 'changes', 'agents']) {
      await runner.query(`DROP TABLE hub_${table}`);
    }
  }
}

/** What agents have, by item; the reports themselves stay as they are. */
export class IndexAgentItems1790000500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE hub_agent_items (
         agent_id TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
         PRIMARY KEY (agent_id, kind, name, version)
       ) WITHOUT ROWID`,
    );
    await runner.query('CREATE INDEX hub_agent_items_by_item ON hub_agent_items (kind, name, version, agent_id)');
    for (const kind of ['skill', 'extension']) {
      await runner.query(
        `INSERT OR IGNORE INTO hub_agent_items
         SELECT agent_id, '${kind}', value ->> 'name', value ->> 'version' FROM hub_agents a, json_each(a.json, '$.${kind}s')`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE hub_agent_items');
  }
}
