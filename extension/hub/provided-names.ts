/** The names of skills and extensions that installed pi packages bring along; the hub's copies would get in their way. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ItemKind } from '../contract.ts';
import type { ExtensionApi } from '../pi-api.ts';

const SKILL_PREFIX = 'skill:';

export function providedNames(pi: ExtensionApi): Record<ItemKind, Set<string>> {
  const names = { skill: new Set<string>(), extension: new Set<string>() };
  const packages = new Set<string>();
  for (const { name, sourceInfo } of [...pi.getCommands(), ...pi.getAllTools()]) {
    if (sourceInfo?.origin !== 'package') continue;
    if (name.startsWith(SKILL_PREFIX)) names.skill.add(name.slice(SKILL_PREFIX.length));
    else names.extension.add(extensionName(sourceInfo.path));
    if (sourceInfo.baseDir !== undefined) packages.add(sourceInfo.baseDir);
  }
  // Of two skills with one name pi knows only the first, which may be the hub's.
  for (const folder of packages) {
    for (const name of foldersIn(join(folder, 'skills'))) names.skill.add(name);
    names.extension.add(packageName(folder));
  }
  return names;
}

function extensionName(path: string): string {
  const name = basename(path).replace(/\.\w+$/, '');
  return name === 'index' ? basename(dirname(path)) : name;
}

function packageName(folder: string): string {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown };
    if (typeof name === 'string') return basename(name);
  } catch {
    // A package need not have one.
  }
  return basename(folder);
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
