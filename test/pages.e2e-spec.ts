import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get as httpGet, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { TestApp } from './support/app.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

/** `fetch` and supertest would unpack the answer. */
async function get(path: string, encoding = 'identity'): Promise<{ headers: IncomingHttpHeaders; bytes: Buffer }> {
  const sent = httpGet(app.url + path, { headers: { 'Accept-Encoding': encoding } });
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  return { headers: message.headers, bytes: Buffer.concat(await message.toArray()) };
}

/** The first asset with this ending that the login page loads. */
async function assetOf(page: string, extension: string): Promise<string> {
  const { text } = await app.anonymous.get(page);
  return new RegExp(`/ui/static/[\\w.+-]+\\.${extension}`).exec(text)?.[0] ?? '';
}

describe('GET /ui/static/:file', () => {
  it.each([
    ['css', 'text/css; charset=utf-8'],
    ['js', 'text/javascript; charset=utf-8'],
  ])('gives what a page loads, for ever, under a name with its hash: %s', async (extension, type) => {
    const path = await assetOf('/ui/login?token=x', extension);
    expect(path).toMatch(/\.[0-9a-f]{12}\.\w+$/);
    const { headers } = await get(path);
    expect([headers['content-type'], headers['cache-control']]).toEqual([type, 'public, max-age=31536000, immutable']);
  });

  it('gives a file of a package as that has it', async () => {
    const path = await assetOf('/ui/static/mermaid-frame.html', 'js');
    expect(path).toMatch(/^\/ui\/static\/mermaid\.[0-9a-f]{12}\.js$/);
    const [{ bytes }, packed] = [await get(path), await get(path, 'gzip')];
    const file = readFileSync('node_modules/mermaid/dist/mermaid.min.js');
    expect([bytes.equals(file), gunzipSync(packed.bytes).equals(file)]).toEqual([true, true]);
  });

  it('compresses it as the browser can take it', async () => {
    const path = await assetOf('/ui/login?token=x', 'css');
    const plain = await get(path);
    const [brotli, gzip, both] = [await get(path, 'br'), await get(path, 'gzip'), await get(path, 'gzip, deflate, br')];
    const encodings = [plain, brotli, gzip, both].map(({ headers }) => headers['content-encoding']);
    expect(encodings).toEqual([undefined, 'br', 'gzip', 'br']);
    expect(brotliDecompressSync(brotli.bytes)).toEqual(plain.bytes);
    expect(gunzipSync(gzip.bytes)).toEqual(plain.bytes);
    expect(plain.headers.vary).toBe('Accept-Encoding');
  });

  it.each(['base.css', 'base.000000000000.css', '..%2f..%2fpackage.json', '%2e%2e', '__proto__', 'constructor'])(
    'has nothing else: %s',
    async (file) => {
      const { status } = await app.anonymous.get(`/ui/static/${file}`).redirects(0);
      expect([302, 404]).toContain(status);
    },
  );
});

describe('pages', () => {
  it('may load nothing but their own files, and run nothing inline', async () => {
    const { headers, text } = await app.anonymous.get('/ui/login?token=x');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=/);
  });

  it.each([
    ['', '<html lang="en">'],
    ['theme=system', '<html lang="en">'],
    ['theme="><script>', '<html lang="en">'],
    ['theme=darker', '<html lang="en">'],
    ['subtheme=dark', '<html lang="en">'],
    ['theme=dark', '<html lang="en" data-theme="dark">'],
    ['session=x; theme=light; a=b', '<html lang="en" data-theme="light">'],
  ])('come in the theme that was chosen, with the cookie %j', async (cookie, root) => {
    for (const path of ['/ui/login', '/ui/nowhere', '/ui/']) {
      const { text } = await app.api.get(path).set('Accept', 'text/html').set('Cookie', cookie);
      expect([path, /<html.*>/.exec(text)?.[0]]).toEqual([path, root]);
    }
  });

  it('tell people what went wrong, and programs in JSON', async () => {
    const page = await app.api.get('/ui/nowhere').set('Accept', 'text/html');
    expect([page.status, page.type]).toEqual([404, 'text/html']);
    expect(page.text).toContain(`request ${page.headers['x-request-id']}`);
    const json = await app.api.get('/ui/nowhere').set('Accept', 'application/json');
    expect([json.status, json.body]).toEqual([404, { error: 'no such route: /ui/nowhere' }]);
    const api = await app.api.get('/ui/api/nowhere').set('Accept', 'text/html');
    expect([api.status, api.body]).toEqual([404, { error: 'no such route: /nowhere' }]);
  });
});
