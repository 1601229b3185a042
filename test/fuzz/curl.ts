import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Wire } from './http.ts';

/** More than this does not belong on a command line. */
const BODY_MAX_CHARACTERS = 4096;

/** The request as a command for bash. */
export function asCurl({ method, path, headers, body }: Wire, url: string): string {
  const parts = ['curl -i --path-as-is', method === 'HEAD' ? '--head' : `-X ${method}`];
  // An absolute form is no path that could be appended to the server's URL.
  parts.push(path.startsWith('/') ? quoted(url + path) : `--request-target ${quoted(path)} ${quoted(url)}`);
  for (const [name, value] of headers) parts.push(`-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`);
  if (body) parts.push('-H Content-Type:', `--data-binary ${bodyOf(body)}`);
  return parts.join(' ');
}

function bodyOf(body: Buffer): string {
  const text = quoted(body.toString('latin1'));
  // Where bash would take a NUL for the end, or the command would be too long, a file has the body.
  if (text.length <= BODY_MAX_CHARACTERS && !body.includes(0)) return text;
  const file = join(mkdtempSync(join(tmpdir(), 'vers-fuzz-body-')), 'body');
  writeFileSync(file, body);
  return `@${file}`;
}

/** Each character is a byte. */
function quoted(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.startsWith('@')) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (character === "'" || character === '\\') return `\\${character}`;
    return code >= 0x20 && code < 0x7f ? character : `\\x${code.toString(16).padStart(2, '0')}`;
  });
  return `$'${escaped.join('')}'`;
}
