import type { Operation, Schema } from './document.ts';

const page = (method: string, template: string, more: Partial<Operation> = {}): Operation => ({
  id: `${method} ${template}`,
  method,
  template,
  pathParameters: [],
  query: [],
  isOpen: true,
  statuses: [],
  isPage: true,
  ...more,
});
const TOKEN: Schema = { type: 'string', example: 'x'.repeat(43) };

/** What can be called beside the document. Signing out is left out: it would end the session of the run. */
export const PAGES = [
  page('GET', '/ui/', { isOpen: false }),
  page('GET', '/ui/login', { query: [{ name: 'token', schema: TOKEN }] }),
  page('POST', '/ui/login', { body: { schema: { type: 'object', properties: { token: TOKEN } }, isForm: true } }),
  page('GET', '/ui/static/{file}', { pathParameters: ['file'] }),
  page('GET', '/docs'),
  page('GET', '/docs-json'),
];
