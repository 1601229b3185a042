import { StartError } from '../errors/start-error.js';

/** Under which name a predecessor's file is attached. */
export const LEGACY = 'legacy';

/** A column of a predecessor's table. */
export interface LegacyColumn {
  name: string;
  type: string;
}

/** How one of our columns is read; the order is that of our table. */
export interface ColumnReading {
  name: string;
  kind: Kind;
  /**
   * What the predecessor may call it, most likely first, in lower case and without underscores. `a.b` is the value `b`
   * of a column `a` that holds objects.
   */
  from: readonly string[];
  /** SQL over our columns, for rows that have nothing; without it there must be something. */
  orElse?: (has: (name: string) => boolean) => string | undefined;
}

/** A predecessor's table, and the one of ours that takes its rows. */
export interface LegacyTable {
  from: string;
  into: string;
  columns: readonly ColumnReading[];
  /** The end of a query over our columns: which rows stay, and in which order. */
  rows: string;
}

const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const TALLY_TYPES = "'UBIGINT', 'BIGINT', 'DOUBLE', 'OBJECT'";

/** What a value must be, and SQL that gives it in our form, or NULL. */
const KINDS = {
  id: [
    'an id that leaves room for larger ones',
    (x) => `CASE WHEN NOT (${ulidShaped(x)}) OR ${x} < '7ZZZZZZZZZ' THEN ${key(x)} END`,
  ],
  key: ['a text that is not empty', (x) => key(x)],
  text: ['a text', (x) => `CAST(${x} AS VARCHAR)`],
  count: ['a whole number of 64 bits', (x) => `TRY_CAST(${x} AS BIGINT)`],
  amount: ['a number', (x) => `CASE WHEN isfinite(TRY_CAST(${x} AS DOUBLE)) THEN TRY_CAST(${x} AS DOUBLE) END`],
  instant: ['a date or time', (x, type) => instant(type.includes('INT') ? `make_timestamp(${x} * 1000)` : x)],
  tally: [
    'a number or an object of numbers',
    (x, type) => `CASE WHEN json_type(${json(x, type)}) IN (${TALLY_TYPES}) THEN CAST(${json(x, type)} AS VARCHAR) END`,
  ],
} as const satisfies Record<string, [expected: string, value: (source: string, type: string) => string]>;
type Kind = keyof typeof KINDS;

function key(x: string): string {
  return `nullif(CAST(${x} AS VARCHAR), '')`;
}

function ulidShaped(x: string): string {
  return `regexp_full_match(CAST(${x} AS VARCHAR), '${ULID}')`;
}

/** In milliseconds, as everywhere; a time without a zone is UTC. */
function instant(x: string): string {
  const time = `make_timestamp(epoch_us(TRY_CAST(${x} AS TIMESTAMPTZ)) // 1000 * 1000)`;
  return `CASE WHEN year(TRY_CAST(${x} AS TIMESTAMPTZ)) BETWEEN 1 AND 9999 THEN ${time} END`;
}

function json(x: string, type: string): string {
  return type === 'VARCHAR' ? `TRY_CAST(${x} AS JSON)` : `to_json(${x})`;
}

interface Found {
  reading: ColumnReading;
  /** SQL over the predecessor's table; NULL where it has nothing of the kind. */
  source: string;
  value: string;
  orElse?: string;
}

/** How one predecessor's table, as it is, becomes rows of ours. */
export class TableReading {
  readonly from = this.table.from;
  /** Columns that nothing is read from. */
  readonly unread: string[];
  private readonly found: Found[];

  /** @throws StartError when a column is missing that there must be */
  constructor(
    private readonly table: LegacyTable,
    legacy: readonly LegacyColumn[],
    place: string,
  ) {
    const sources = new Map(table.columns.map((reading) => [reading.name, sourceOf(reading, legacy)]));
    this.found = table.columns.map((reading) => {
      const source = sources.get(reading.name);
      const orElse = reading.orElse?.((name) => sources.get(name) !== undefined);
      if (!source && orElse === undefined) {
        throw new StartError(
          `${place} has no column for ${reading.name} (such as ${reading.from.join(', ')}). Nothing was taken over`,
        );
      }
      const value = source ? KINDS[reading.kind][1](source.sql, source.type) : 'NULL';
      return { reading, source: source?.sql ?? 'NULL', value, orElse };
    });
    const read = new Set([...sources.values()].map((source) => source?.column));
    this.unread = legacy.map(({ name }) => name).filter((name) => !read.has(name));
  }

  /** Queries that each give a row with an `id`, and what is `wrong` with it, when there is one. */
  *checks(): Iterable<{ sql: string; problem: (wrong: string | null) => string }> {
    const id = this.found.find(({ reading }) => reading.name === 'id')?.source;
    for (const { reading, source, value, orElse } of this.found) {
      const isMissing = orElse === undefined ? `${source} IS NULL` : 'false';
      yield {
        sql: `SELECT CAST(${id} AS VARCHAR) AS id, CAST(${source} AS VARCHAR) AS wrong FROM ${LEGACY}.${this.from}
              WHERE (${source} IS NOT NULL AND ${value} IS NULL) OR ${isMissing} LIMIT 1`,
        problem: (wrong) =>
          `has ${reading.name} ${wrong === null ? 'missing' : JSON.stringify(wrong)}: it must be ${KINDS[reading.kind][0]}`,
      };
    }
    yield {
      sql: `SELECT id, NULL AS wrong FROM (${this.rows()}) GROUP BY id HAVING count(*) > 1 LIMIT 1`,
      problem: () => 'is there more than once, with different values',
    };
  }

  /** Copies all rows that stay. */
  copy(): string {
    return `INSERT INTO ${this.table.into} (${this.names().join(', ')}) ${this.rows()}`;
  }

  private rows(): string {
    const read = this.found.map(({ reading, value }) => `${value} AS ${reading.name}`);
    const whole = this.found.map(({ reading: { name }, orElse }) =>
      orElse === undefined ? name : `coalesce(${name}, ${orElse}) AS ${name}`,
    );
    return `WITH given AS (SELECT DISTINCT ${read.join(', ')} FROM ${LEGACY}.${this.from}),
      completed AS (SELECT ${whole.join(', ')} FROM given)
      SELECT ${this.names().join(', ')} FROM completed ${this.table.rows}`;
  }

  private names(): string[] {
    return this.found.map(({ reading }) => reading.name);
  }
}

interface Source {
  sql: string;
  type: string;
  column: string;
}

function sourceOf({ from }: ColumnReading, legacy: readonly LegacyColumn[]): Source | undefined {
  for (const candidate of from) {
    const [name, field] = candidate.split('.');
    const column = legacy.find((known) => normalised(known.name) === name);
    if (!column) continue;
    const sql = `"${column.name.replaceAll('"', '""')}"`;
    const holdsObjects = /^(STRUCT|MAP|JSON|VARCHAR)/.test(column.type);
    if (field === undefined) return { sql, type: column.type, column: column.name };
    if (holdsObjects) return { sql: fieldOf(json(sql, column.type), field), type: 'VARCHAR', column: column.name };
  }
  return undefined;
}

/** The value of the field with this name, written as ours or with underscores. */
function fieldOf(object: string, field: string): string {
  const snake = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return `coalesce(${object}->>'$.${field}', ${object}->>'$.${snake}')`;
}

function normalised(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}
