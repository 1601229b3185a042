import { table, whole } from '../../bench/support/table.ts';
import { type Case, CREDENTIALS } from './cases.ts';

const CLASSES = ['2xx', '3xx', '400', '401', '403', '404', '405', '409', '413', '429'];

/** What was sent, and what came back. */
export class Tally {
  sent = 0;
  private readonly byKind = new Map<string, Map<string, number>>();
  private readonly byRoute = new Map<string, Map<string, number>>();

  count({ kind, credential, operation }: Case, status: number): void {
    const answer = status < 400 ? `${Math.floor(status / 100)}xx` : String(status);
    this.sent += 1;
    for (const [counts, key] of [
      [this.byKind, kind],
      [this.byRoute, operation.id],
    ] as const) {
      const row = counts.get(key) ?? new Map<string, number>();
      counts.set(key, row);
      for (const column of ['sent', credential, answer]) row.set(column, (row.get(column) ?? 0) + 1);
    }
  }

  toString(): string {
    return [this.part('kind', this.byKind), this.part('route', this.byRoute)].join('\n\n');
  }

  private part(title: string, counts: Map<string, Map<string, number>>): string {
    const columns = ['sent', ...CREDENTIALS, ...CLASSES];
    const rows = [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, row]) => [key, ...columns.map((column) => whole(row.get(column) ?? 0))]);
    return table([title, ...columns], rows);
  }
}
