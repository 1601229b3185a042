import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import type { Page } from '../../common/storage/page.js';
import { ServicesDatabase } from '../../common/storage/services-database.js';
import {
  newestFirst,
  newestInSpan,
  TimelineRow,
  TimelineSpan,
  TimelineStatement,
} from '../../common/storage/timeline.js';
import type { Commit } from './commit.entity.js';
import { CreateCommits1790000100000 } from './commits.migration.js';

export interface CommitFilter extends TimelineSpan {
  tag?: string;
  agent?: string;
  label?: string;
  vmId?: string;
}

/** What is to be known of a commit before it is changed. */
interface KnownCommit {
  id: string;
  agent: string | null;
}

const CONDITIONS = { tag: 't.tag = ?', agent: 'c.agent = ?', label: 'c.label = ?', vmId: 'c.vm_id = ?' } as const;
type Filter = keyof typeof CONDITIONS;

/** The commits of `services.sqlite`, each with the JSON that goes over the wire. */
@Injectable()
export class CommitsRepository implements OnModuleDestroy {
  private readonly changes = new Subject<string>();

  private readonly known = this.database.write<KnownCommit, [string]>(
    'SELECT id, agent FROM commits WHERE commit_id = ?',
  );
  private readonly insert = this.database.write(
    'INSERT INTO commits (id, commit_id, timestamp, agent, label, vm_id, json) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  private readonly insertTag = this.database.write('INSERT OR IGNORE INTO commit_tags VALUES (?, ?, ?)');
  private readonly deleteTags = this.database.write('DELETE FROM commit_tags WHERE id = ?');
  private readonly delete = this.database.write('DELETE FROM commits WHERE id = ?');

  private readonly any = this.database.write<{ id: string }, []>('SELECT id FROM commits LIMIT 1');
  private readonly byCommitId = this.database.read<{ json: string }, [string]>(
    'SELECT json FROM commits WHERE commit_id = ?',
  );
  private readonly lists = new Map<string, TimelineStatement>();

  constructor(private readonly database: ServicesDatabase) {
    database.define(CreateCommits1790000100000);
  }

  /** The id of each commit that came or went, once that is durable. */
  get changes$(): Observable<string> {
    return this.changes.asObservable();
  }

  onModuleDestroy(): void {
    this.changes.complete();
  }

  /** Stores the commit that `make` gives when its turn comes; it is told whether the commit is known already. */
  create(commitId: string, make: (isKnown: boolean) => Commit): Promise<string> {
    return this.database.change((announce) => {
      const commit = make(this.known.get(commitId) !== undefined);
      announce(() => this.changes.next(commit.id));
      return this.store(commit);
    });
  }

  /** Stores a commit within a transaction and gives its JSON. */
  store(commit: Commit): string {
    const { id, commitId, timestamp, agent, label, vmId, tags = [] } = commit;
    const json = JSON.stringify(commit);
    this.insert.run(id, commitId, timestamp, agent ?? null, label ?? null, vmId, json);
    for (const tag of tags) this.insertTag.run(tag, timestamp, id);
    return json;
  }

  /** Takes a commit away; `decide` gets what is known of it, and throws or gives what goes. */
  remove(commitId: string, decide: (known: KnownCommit | undefined) => KnownCommit): Promise<void> {
    return this.database.change((announce) => {
      const { id } = decide(this.known.get(commitId));
      this.deleteTags.run(id);
      this.delete.run(id);
      announce(() => this.changes.next(id));
    });
  }

  get isEmpty(): boolean {
    return this.any.get() === undefined;
  }

  find(commitId: string): string | undefined {
    return this.byCommitId.get(commitId)?.json;
  }

  /** Newest first. */
  list({ tag, agent, label, vmId, ...span }: CommitFilter): Page {
    const filters = Object.entries({ tag, agent, label, vmId }).filter(([, value]) => value !== undefined);
    const statement = this.listBy(filters.map(([filter]) => filter as Filter));
    return newestFirst(
      statement,
      filters.map(([, value]) => value ?? ''),
      span,
    );
  }

  private listBy(filters: Filter[]): TimelineStatement {
    const key = filters.join();
    let statement = this.lists.get(key);
    if (!statement) this.lists.set(key, (statement = this.database.read<TimelineRow>(listSql(filters))));
    return statement;
  }
}

function listSql(filters: Filter[]): string {
  const [from, table] = filters.includes('tag')
    ? ['commit_tags t CROSS JOIN commits c ON c.id = t.id', 't']
    : ['commits c', 'c'];
  const conditions = [...filters.map((filter) => CONDITIONS[filter]), newestInSpan(table)];
  return `SELECT c.id, c.timestamp, c.json FROM ${from} WHERE ${conditions.join(' AND ')}`;
}
