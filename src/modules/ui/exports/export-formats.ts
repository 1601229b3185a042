import { BYTE_ORDER_MARK, csvLine } from './csv.js';

/** As which files a list can be had, by their ending. */
export const EXPORT_ENDINGS = ['csv', 'ndjson', 'json'] as const;
export type ExportEnding = (typeof EXPORT_ENDINGS)[number];

/** How a list is written: what stands before its items, each of them, and what stands behind. */
export interface ExportFormat {
  type: string;
  head: string;
  item: (json: string, index: number) => string;
  tail: string;
}

/** Columns are fields of the items; `tokens.input` is a field inside of one. Only CSV needs them. */
export const EXPORT_FORMATS: Record<ExportEnding, (columns: readonly string[]) => ExportFormat> = {
  csv: (columns) => {
    const paths = columns.map((column) => column.split('.'));
    return {
      type: 'text/csv; charset=utf-8',
      head: BYTE_ORDER_MARK + csvLine(columns),
      item: (json) => {
        const item: unknown = JSON.parse(json);
        return csvLine(paths.map((path) => valueAt(item, path)));
      },
      tail: '',
    };
  },
  ndjson: () => ({
    type: 'application/x-ndjson; charset=utf-8',
    head: '',
    item: (json) => `${json}\n`,
    tail: '',
  }),
  json: () => ({
    type: 'application/json; charset=utf-8',
    head: '[',
    item: (json, index) => `${index === 0 ? '\n' : ',\n'}${json}`,
    tail: '\n]\n',
  }),
};

export function isExportEnding(ending: string): ending is ExportEnding {
  return (EXPORT_ENDINGS as readonly string[]).includes(ending);
}

function valueAt(item: unknown, path: readonly string[]): unknown {
  return path.reduce((value, field) => (value as Record<string, unknown> | null | undefined)?.[field], item);
}
