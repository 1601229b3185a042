import { Injectable } from '@nestjs/common';
import type { Caller, Role } from '../../common/http/caller.js';
import { ServicesDatabase } from '../../common/storage/services-database.js';
import { CreateApiKeys1790000700000 } from './auth.migration.js';

/** A key as it is kept: recognised by its digest. Times are milliseconds since 1970. */
export interface StoredKey {
  readonly id: string;
  readonly digest: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  lastUsedAt: number | null;
}

/** A key, and whom a request with it comes from. */
export interface HeldKey extends StoredKey {
  readonly caller: Caller;
}

/** The keys in `services.sqlite`, and all of them in memory, as every request looks for one. */
@Injectable()
export class KeysRepository {
  private readonly insert = this.database.write(
    'INSERT INTO api_keys (id, digest, name, role, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  private readonly delete = this.database.write<never, [string]>('DELETE FROM api_keys WHERE id = ?');
  private readonly setLastUse = this.database.write<never, [number | null, string]>(
    'UPDATE api_keys SET last_used_at = ? WHERE id = ?',
  );
  private readonly everything = this.database.read<StoredKey, []>(
    `SELECT id, digest, name, role, created_at AS createdAt, expires_at AS expiresAt, last_used_at AS lastUsedAt
     FROM api_keys ORDER BY id`,
  );
  private held?: Map<string, HeldKey>;

  constructor(private readonly database: ServicesDatabase) {
    database.define(CreateApiKeys1790000700000);
  }

  /** Keeps the key that `make` gives when its turn comes. */
  add(make: () => StoredKey): Promise<StoredKey> {
    return this.database.change((announce) => {
      const key = make();
      this.insert.run(key.id, key.digest, key.name, key.role, key.createdAt, key.expiresAt);
      announce(() => this.byDigest().set(key.digest, asHeld(key)));
      return key;
    });
  }

  /** Forgets a key; `orElse` throws where there is none. */
  remove(id: string, orElse: () => never): Promise<void> {
    return this.database.change((announce) => {
      if (this.delete.run(id) === 0) orElse();
      announce(() => this.forget(id));
    });
  }

  /** Keeps when these were used last. */
  keepUses(keys: Iterable<StoredKey>): Promise<void> {
    const uses = Array.from(keys, ({ id, lastUsedAt }): [number | null, string] => [lastUsedAt, id]);
    return this.database.change(() => {
      for (const use of uses) this.setLastUse.run(...use);
    });
  }

  find(digest: string): HeldKey | undefined {
    return this.byDigest().get(digest);
  }

  /** Newest first. */
  all(): StoredKey[] {
    return [...this.byDigest().values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  private forget(id: string): void {
    for (const [digest, key] of this.byDigest()) if (key.id === id) this.byDigest().delete(digest);
  }

  private byDigest(): Map<string, HeldKey> {
    return (this.held ??= new Map(this.everything.all().map((key) => [key.digest, asHeld(key)])));
  }
}

function asHeld(key: StoredKey): HeldKey {
  const { id, role, name } = key;
  return { ...key, caller: { id: `key:${id}`, role, name } };
}
