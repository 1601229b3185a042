import { decodeCursor, encodeCursor } from '../../common/storage/cursor.js';
import { Page, takePage } from '../../common/storage/page.js';
import type { ServicesDatabase } from '../../common/storage/services-database.js';
import type { Statement } from '../../common/storage/sqlite.js';
import type { ItemKind } from './item.entity.js';

export interface ItemRow {
  name: string;
  /** The item's JSON without its content. */
  head: string;
  /** As JSON text. */
  content: string;
}

export interface ItemFilter {
  tag?: string;
  enabled?: boolean;
  cursor?: string;
  limit: number;
}

type ListParameters = [kind: string, ...filters: (string | number)[], afterName: string, limit: number];

/** Lists of skills or extensions by name, of which only `columns` are read: contents are large. */
export class ItemLists {
  private readonly all = this.list('');
  private readonly enabled = this.list('i.enabled = ? AND');
  private readonly tagged = this.taggedList('');
  private readonly taggedAndEnabled = this.taggedList('i.enabled = ? AND');

  constructor(
    private readonly database: ServicesDatabase,
    private readonly columns: string,
  ) {}

  page(kind: ItemKind, { tag, enabled, cursor, limit }: ItemFilter, wire: (row: ItemRow) => string): Page {
    const [afterName = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const [every, some] = tag === undefined ? [this.all, this.enabled] : [this.tagged, this.taggedAndEnabled];
    const filters = [tag, enabled === undefined ? undefined : Number(enabled)].filter((value) => value !== undefined);
    const rows = (enabled === undefined ? every : some).iterate(kind, ...filters, afterName, limit + 1);
    return takePage(rows, limit, wire, ({ name }) => encodeCursor(name));
  }

  private list(condition: string): Statement<ItemRow, ListParameters> {
    return this.database.read(
      `SELECT ${this.columns} FROM hub_items i WHERE i.kind = ? AND ${condition} i.name > ? ORDER BY i.name LIMIT ?`,
    );
  }

  private taggedList(condition: string): Statement<ItemRow, ListParameters> {
    return this.database.read(
      `SELECT ${this.columns}
       FROM hub_item_tags t CROSS JOIN hub_items i ON i.kind = t.kind AND i.name = t.name
       WHERE t.kind = ? AND t.tag = ? AND ${condition} t.name > ? ORDER BY t.name LIMIT ?`,
    );
  }
}
