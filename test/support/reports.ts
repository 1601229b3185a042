import { TestApp } from './app.js';
import { make } from './make.js';

export interface Link {
  linkId: string;
  url: string;
}

export async function makeReport(app: TestApp, fields: object = {}): Promise<Record<string, unknown> & { id: string }> {
  return make(app, '/reports', { title: 'A report', author: 'maker', content: '# Found\n\nIt *leaks*.', ...fields });
}

/** Shares a report. */
export async function makeLink(app: TestApp, reportId: string, fields: object = {}): Promise<Link> {
  return (await make(app, `/reports/${reportId}/share`, fields)) as unknown as Link;
}
