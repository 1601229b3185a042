import { Injectable } from '@nestjs/common';
import type { Page } from '../../common/storage/page.js';
import { ServicesDatabase } from '../../common/storage/services-database.js';
import { ChangesRepository } from './changes.repository.js';
import type { HubChange, ItemHead, ItemKind } from './item.entity.js';
import { type ItemFilter, ItemLists, type ItemRow } from './item-lists.js';
import { CreateHub1790000200000 } from './skills.migration.js';
import type { ManifestEntry } from './sync.entity.js';

/** What becomes of a name. */
export interface Outcome {
  /** The item as it is from now on; absent when it is gone. */
  head?: ItemHead;
  /** Its content as JSON; absent when it stays what it is. */
  content?: string;
  changes: HubChange[];
}

type Key = [kind: string, name: string];

/** Skills and extensions in `services.sqlite`. */
@Injectable()
export class ItemsRepository {
  private readonly headOf = this.database.write<{ head: string }, Key>(
    'SELECT head FROM hub_items WHERE kind = ? AND name = ?',
  );
  private readonly versionOf = this.database.write<{ version: number }, Key>(
    'SELECT version FROM hub_versions WHERE kind = ? AND name = ?',
  );
  private readonly keepVersion = this.database.write(
    `INSERT INTO hub_versions (kind, name, version) VALUES (?, ?, ?)
     ON CONFLICT (kind, name) DO UPDATE SET version = max(version, excluded.version)`,
  );
  private readonly upsert = this.database.write(
    `INSERT INTO hub_items (kind, name, enabled, version, sha256, head, content) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (kind, name) DO UPDATE SET enabled = excluded.enabled, version = excluded.version,
       sha256 = excluded.sha256, head = excluded.head, content = excluded.content`,
  );
  private readonly updateHead = this.database.write(
    'UPDATE hub_items SET enabled = ?, head = ? WHERE kind = ? AND name = ?',
  );
  private readonly delete = this.database.write('DELETE FROM hub_items WHERE kind = ? AND name = ?');
  private readonly deleteTags = this.database.write('DELETE FROM hub_item_tags WHERE kind = ? AND name = ?');
  private readonly insertTag = this.database.write('INSERT OR IGNORE INTO hub_item_tags VALUES (?, ?, ?)');
  private readonly any = this.database.write<{ name: string }, [kind: string]>(
    'SELECT name FROM hub_items WHERE kind = ? LIMIT 1',
  );
  private readonly changed = this.database.write<ItemRow, Key>(
    'SELECT name, head, content FROM hub_items WHERE kind = ? AND name = ?',
  );

  private readonly byName = this.database.read<ItemRow, Key>(
    'SELECT name, head, content FROM hub_items WHERE kind = ? AND name = ?',
  );
  private readonly headByName = this.database.read<{ head: string }, Key>(
    'SELECT head FROM hub_items WHERE kind = ? AND name = ?',
  );
  private readonly enabled = this.database.read<ManifestEntry, [kind: string]>(
    'SELECT name, version, sha256 FROM hub_items WHERE kind = ? AND enabled = 1 ORDER BY name',
  );
  private readonly items = new ItemLists(this.database, 'i.name, i.head, i.content');
  private readonly heads = new ItemLists(this.database, 'i.name, i.head');

  constructor(
    private readonly database: ServicesDatabase,
    private readonly changes: ChangesRepository,
  ) {
    database.define(CreateHub1790000200000);
  }

  /**
   * Decides on a name when its turn comes: `decide` gets what is known of it and the last version that it ever had, and
   * throws or says what becomes of it.
   * @returns the item's JSON; empty when it is gone
   */
  change(
    kind: ItemKind,
    name: string,
    decide: (known: ItemHead | undefined, lastVersion: number) => Outcome,
  ): Promise<string> {
    return this.database.change((announce) => {
      const row = this.headOf.get(kind, name);
      const known = row && (JSON.parse(row.head) as ItemHead);
      const { head, content, changes } = decide(known, this.versionOf.get(kind, name)?.version ?? 0);
      this.deleteTags.run(kind, name);
      if (head) this.store(kind, head, content);
      else this.delete.run(kind, name);
      for (const change of changes) this.changes.record(change, announce);
      const stored = head && this.changed.get(kind, name);
      return stored ? wire(stored) : '';
    });
  }

  findHead(kind: ItemKind, name: string): string | undefined {
    return this.headByName.get(kind, name)?.head;
  }

  /** Stores an item of the past as it is, within a transaction. */
  adopt(kind: ItemKind, head: ItemHead, content: string): void {
    this.store(kind, head, content);
  }

  /** Lets the versions of a name go on from this one, or from where they stand, within a transaction. */
  raiseVersion(kind: ItemKind, name: string, version: number): void {
    this.keepVersion.run(kind, name, version);
  }

  isEmpty(kind: ItemKind): boolean {
    return this.any.get(kind) === undefined;
  }

  find(kind: ItemKind, name: string): string | undefined {
    const row = this.byName.get(kind, name);
    return row && wire(row);
  }

  /** By name. */
  page(kind: ItemKind, filter: ItemFilter): Page {
    return this.items.page(kind, filter, wire);
  }

  /** By name, without content. */
  headPage(kind: ItemKind, filter: ItemFilter): Page {
    return this.heads.page(kind, filter, ({ head }) => head);
  }

  /** What is enabled, by name. */
  manifest(kind: ItemKind): ManifestEntry[] {
    return this.enabled.all(kind);
  }

  private store(kind: ItemKind, head: ItemHead, content: string | undefined): void {
    const { name, version, enabled, sha256, tags = [] } = head;
    const json = JSON.stringify(head);
    if (content === undefined) {
      this.updateHead.run(Number(enabled), json, kind, name);
    } else {
      this.upsert.run(kind, name, Number(enabled), version, sha256, json, content);
      this.raiseVersion(kind, name, version);
    }
    for (const tag of tags) this.insertTag.run(kind, tag, name);
  }
}

function wire({ head, content }: ItemRow): string {
  return `${head.slice(0, -1)},"content":${content}}`;
}
