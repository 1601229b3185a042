/** The `package.json` that makes pi load the extensions of the hub: by itself pi looks one folder deep only. */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'agent-services-hub';

/** Lists these extensions; leaves a `package.json` alone that is somebody else's. */
export function writeManifest(folder: string, names: string[]): void {
  const path = join(folder, 'package.json');
  const manifest = {
    name: NAME,
    private: true,
    type: 'module',
    pi: { extensions: names.sort().map((name) => `./${name}/${name}.ts`) },
  };
  const [wanted, present] = [`${JSON.stringify(manifest, null, 2)}\n`, read(path)];
  if (present === wanted || !isOurs(present)) return;
  if (names.length === 0) return rmSync(path, { force: true });
  writeFileSync(`${path}.${process.pid}.tmp`, wanted);
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
