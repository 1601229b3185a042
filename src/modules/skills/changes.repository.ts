import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import type { StreamEvent } from '../../common/sse/sse-hub.js';
import { ServicesDatabase } from '../../common/storage/services-database.js';
import type { Announce } from '../../common/storage/services-writer.js';
import type { HubChange } from './item.entity.js';

interface ChangeRow {
  id: string;
  json: string;
}

/** What happened to skills and extensions, in `services.sqlite`. */
@Injectable()
export class ChangesRepository implements OnModuleDestroy {
  private readonly recorded = new Subject<StreamEvent & { topic: string }>();

  private readonly insert = this.database.write('INSERT INTO hub_changes VALUES (?, ?)');
  private readonly known = this.database.write<{ json: string }, [string]>('SELECT json FROM hub_changes WHERE id = ?');
  private readonly byId = this.database.read<{ id: string }, [string]>('SELECT id FROM hub_changes WHERE id = ?');
  private readonly following = this.database.read<ChangeRow, [string, number]>(
    'SELECT id, json FROM hub_changes WHERE id > ? ORDER BY id LIMIT ?',
  );

  constructor(private readonly database: ServicesDatabase) {}

  onModuleDestroy(): void {
    this.recorded.complete();
  }

  /** Every change once it is durable. */
  get recorded$(): Observable<StreamEvent & { topic: string }> {
    return this.recorded.asObservable();
  }

  /** Stores a change within the transaction that it belongs to. */
  record(change: HubChange, announce: Announce): void {
    const event = { id: change.id, json: JSON.stringify(change), topic: change.type };
    this.insert.run(event.id, event.json);
    announce(() => this.recorded.next(event));
  }

  /** Stores a change of the past, of which nobody is told, within a transaction. */
  adopt(change: HubChange): void {
    const json = JSON.stringify(change);
    // What both of a predecessor's files know is one change.
    if (this.known.get(change.id)?.json !== json) this.insert.run(change.id, json);
  }

  /** Changes with larger ids, by id. */
  after(id: string, limit: number): Iterable<StreamEvent> {
    return this.following.iterate(id, limit);
  }

  has(id: string): boolean {
    return this.byId.get(id) !== undefined;
  }
}
