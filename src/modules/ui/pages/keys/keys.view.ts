import { Injectable } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { Clock } from '../../../../common/clock.js';
import { ROLES, type Role } from '../../../../common/http/caller.js';
import { PageQuery } from '../../../../common/validation/time-range.dto.js';
import type { ApiKey } from '../../../auth/api-key.entity.js';
import { KeysService } from '../../../auth/keys.service.js';
import type { ExportedList } from '../../exports/exports.js';
import { records } from '../../frame/records.js';
import type { UiPage } from '../../frame/ui-page.js';

const PAGE_ITEMS = 50;
const COLUMNS = ['id', 'name', 'role', 'createdAt', 'expiresAt', 'lastUsedAt'] satisfies (keyof ApiKey)[];

const ROLE_NAMES: Record<Role, string> = {
  reader: 'Reader: reads everything',
  agent: 'Agent: reads, and works under its own name',
  admin: 'Admin: may do everything',
};

export class KeysQuery extends PickType(PageQuery, ['cursor'] as const) {}

/** The keys that agents and programs come with. What is secret about them is shown once, by the browser that made one. */
@Injectable()
export class KeysView {
  constructor(
    private readonly keys: KeysService,
    private readonly clock: Clock,
  ) {}

  page(query: KeysQuery): UiPage {
    return {
      template: 'keys',
      title: 'Keys',
      data: { query, roles: ROLES.map((role) => ({ role, name: ROLE_NAMES[role] })) },
      parts: { list: { load: () => this.list(query) } },
    };
  }

  export(): ExportedList {
    return { name: 'keys', columns: COLUMNS, page: (at) => this.keys.list(at) };
  }

  private list({ cursor }: KeysQuery): object {
    const { items, nextCursor } = records<ApiKey>(this.keys.list({ cursor, limit: PAGE_ITEMS }));
    const now = this.clock.timestamp();
    const keys = items.map((key) => ({ ...key, isExpired: key.expiresAt !== undefined && key.expiresAt <= now }));
    return { keys, nextCursor };
  }
}
