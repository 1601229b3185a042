import type { IndexDatabase } from '../../common/storage/index-database.js';

/** Which task builds on which, in the index: what a task waits for, and who waits for it. */
export class TaskGraph {
  static readonly TABLES = `
    CREATE TABLE task_dependencies (
      task TEXT NOT NULL, dependency TEXT NOT NULL, PRIMARY KEY (task, dependency)
    ) WITHOUT ROWID;
    CREATE INDEX task_dependents ON task_dependencies (dependency, task);
    CREATE TABLE finished_tasks (id TEXT PRIMARY KEY) WITHOUT ROWID;`;

  private readonly insertEdge = this.index.write('INSERT OR IGNORE INTO task_dependencies VALUES (?, ?)');
  private readonly deleteEdges = this.index.write('DELETE FROM task_dependencies WHERE task = ?');
  private readonly insertFinished = this.index.write('INSERT OR IGNORE INTO finished_tasks VALUES (?)');
  private readonly allFinished = this.index.write<{ id: string }, []>('SELECT id FROM finished_tasks ORDER BY id');
  private readonly unmet = this.index.write<{ dependency: string }, [string]>(
    `SELECT dependency FROM task_dependencies d LEFT JOIN tasks t ON t.id = d.dependency
     WHERE d.task = ? AND t.status IS NOT 'done'
       AND NOT EXISTS (SELECT 1 FROM finished_tasks f WHERE f.id = d.dependency)
     ORDER BY dependency`,
  );
  private readonly waiting = this.index.write<{ task: string }, [string]>(
    'SELECT task FROM task_dependencies WHERE dependency = ?',
  );
  private readonly unfinishedWaiting = this.index.write<{ task: string }, [string]>(
    `SELECT task FROM task_dependencies d JOIN tasks t ON t.id = d.task
     WHERE d.dependency = ? AND t.status <> 'done' LIMIT 1`,
  );
  private readonly emptyTables = ['task_dependencies', 'finished_tasks'].map((table) =>
    this.index.write(`DELETE FROM ${table}`),
  );

  constructor(private readonly index: IndexDatabase) {}

  setDependencies(task: string, dependencies: readonly string[]): void {
    this.deleteEdges.run(task);
    for (const dependency of dependencies) this.insertEdge.run(task, dependency);
  }

  /** What a task waits for, unknown ids included. */
  blockedBy(task: string): string[] {
    return this.unmet.all(task).map(({ dependency }) => dependency);
  }

  /** The tasks that have this one among their dependencies. */
  dependents(task: string): string[] {
    return this.waiting.all(task).map((row) => row.task);
  }

  /** Whether a task that is not done has this one among its dependencies. */
  isWaitedFor(task: string): boolean {
    return this.unfinishedWaiting.get(task) !== undefined;
  }

  /** Forgets a task, but not that it was done. */
  remove(task: string, wasDone: boolean): void {
    this.deleteEdges.run(task);
    if (wasDone) this.insertFinished.run(task);
  }

  /** The tasks that were done when they were deleted. */
  *finished(): Iterable<string> {
    for (const { id } of this.allFinished.iterate()) yield id;
  }

  clear(): void {
    for (const statement of this.emptyTables) statement.run();
  }

  /**
   * The circle that new dependencies of a task would close, from the task to itself; `undefined` when there is none.
   * Only the tasks that wait for it are looked at, however large the rest of the board is.
   */
  circle(task: string, dependencies: readonly string[]): string[] | undefined {
    const targets = new Set(dependencies);
    if (targets.has(task)) return [task, task];
    const cameFrom = new Map<string, string>();
    const queue = [task];
    // What is added meanwhile is looked at too.
    for (const at of queue) {
      for (const dependent of this.dependents(at)) {
        if (cameFrom.has(dependent)) continue;
        cameFrom.set(dependent, at);
        if (targets.has(dependent)) return [task, ...wayBack(dependent, task, cameFrom)];
        queue.push(dependent);
      }
    }
    return undefined;
  }
}

function wayBack(from: string, to: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [from];
  for (let at = from; at !== to; way.push(at)) at = cameFrom.get(at) ?? to;
  return way;
}
