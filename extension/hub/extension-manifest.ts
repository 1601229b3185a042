/**
 * Makes pi load the extensions of the hub: by itself it looks one folder deep only, and ends when one of them fails. So a
 * `package.json` lists a file for each, which loads it by the loader that stands beside.
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'agent-services-hub';
const LOADER = '.loader.ts';
const LOADER_SOURCE = new URL('loader.ts', import.meta.url);

/** Lists these extensions; leaves alone what is somebody else's. */
export function writeManifest(folder: string, names: string[]): void {
  const [path, loader] = [join(folder, 'package.json'), join(folder, LOADER)];
  const present = read(path);
  if (!isOurs(present)) return;
  if (names.length > 0) write(loader, readFileSync(LOADER_SOURCE, 'utf8'));
  const loadable = names.sort().filter((name) => writeEntry(join(folder, `${name}.ts`), name));
  if (loadable.length > 0) write(path, manifestOf(loadable));
  else rmSync(path, { force: true });
  // Not before the manifest is without them.
  for (const name of listed(present).filter((before) => !loadable.includes(before))) {
    const entry = join(folder, `${name}.ts`);
    if (read(entry) === entryOf(name)) rmSync(entry);
  }
  if (loadable.length === 0) rmSync(loader, { force: true });
}

function manifestOf(names: string[]): string {
  const extensions = names.map((name) => `./${name}.ts`);
  return `${JSON.stringify({ name: NAME, private: true, type: 'module', pi: { extensions } }, null, 2)}\n`;
}

/** What pi loads in an extension's stead. */
function entryOf(name: string): string {
  return `import { guarded } from './${LOADER}';\nexport default guarded('${name}', () => import('./${name}/${name}.ts'));\n`;
}

/** False when somebody else has a file of that name. */
function writeEntry(path: string, name: string): boolean {
  const present = read(path);
  if (present !== undefined && present !== entryOf(name)) return false;
  write(path, entryOf(name));
  return true;
}

/** The extensions of a manifest of ours. */
function listed(manifest: string | undefined): string[] {
  return [...(manifest ?? '').matchAll(/"\.\/([\w.-]+)\.ts"/g)].map(([, name = '']) => name);
}

function write(path: string, content: string): void {
  if (read(path) === content) return;
  writeFileSync(`${path}.${process.pid}.tmp`, content);
  renameSync(`${path}.${process.pid}.tmp`, path);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isOurs(content: string | undefined): boolean {
  return content === undefined || content.includes(`"name": "${NAME}"`);
}
