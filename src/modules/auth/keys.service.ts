import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { invalidInput } from '../../common/errors/domain-error.js';
import { digestOf, Secrets } from '../../common/secrets.js';
import { decodeCursor, encodeCursor, TEXT_CEILING } from '../../common/storage/cursor.js';
import { IdSource } from '../../common/storage/id-source.js';
import { Page, takePage } from '../../common/storage/page.js';
import { PAGE_MAX_ITEMS } from '../../common/validation/fields.js';
import type { PageQuery } from '../../common/validation/time-range.dto.js';
import type { ApiKey, NewApiKey } from './api-key.entity.js';
import type { CreateKey } from './auth.dto.js';
import { KeysRepository, type StoredKey } from './keys.repository.js';

/** Tells a key from other secrets, to people and to programs that look for leaked ones. */
const PREFIX = 'vas_';

/** Keys that agents and programs act with under their own name. */
@Injectable()
export class KeysService {
  constructor(
    private readonly repository: KeysRepository,
    private readonly secrets: Secrets,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {}

  async create({ name, role, expiresAt }: CreateKey): Promise<NewApiKey> {
    const expiry = expiresAt === undefined ? null : Date.parse(expiresAt);
    if (expiry !== null && expiry <= this.clock.now()) {
      throw invalidInput([{ field: 'expiresAt', message: 'expiresAt must be in the future' }]);
    }
    const key = PREFIX + this.secrets.next();
    const made = { digest: digestOf(key), name, role, expiresAt: expiry, lastUsedAt: null };
    const stored = await this.repository.add(() => ({ ...made, id: this.ids.next(), createdAt: this.clock.now() }));
    return { ...asShown(stored), key };
  }

  list({ cursor, limit = PAGE_MAX_ITEMS }: PageQuery): Page {
    const [beforeId = TEXT_CEILING] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const keys = this.repository.all().filter(({ id }) => id < beforeId);
    return takePage(
      keys,
      limit,
      (key) => JSON.stringify(asShown(key)),
      ({ id }) => encodeCursor(id),
    );
  }
}

function asShown({ id, name, role, createdAt, expiresAt, lastUsedAt }: StoredKey): ApiKey {
  return {
    id,
    name,
    role,
    createdAt: new Date(createdAt).toISOString(),
    ...(expiresAt !== null && { expiresAt: new Date(expiresAt).toISOString() }),
    ...(lastUsedAt !== null && { lastUsedAt: new Date(lastUsedAt).toISOString() }),
  };
}
