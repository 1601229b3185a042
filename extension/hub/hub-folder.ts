/**
 * One kind of what the hub has installed here: `_hub/<name>/<file>` and a list of what was written. Nothing is touched
 * that is not exactly as it was written, and nothing outside of the folder.
 */

import { createHash, randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const STATE_FILE = '.installed.json';
/** As the hub has it: no name can be a path. */
const NAME = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

interface Written {
  version: number;
  sha256: string;
}

export interface Item extends Written {
  name: string;
  content: string;
}

export class HubFolder {
  /** `fileOf` names the file of an item within its folder. */
  constructor(
    readonly path: string,
    private readonly fileOf: (name: string) => string,
  ) {}

  /** What is here as it was written. */
  installed(): { name: string; version: number }[] {
    const intact = [...this.written()].filter(([name, { sha256 }]) => this.sha256Of(name) === sha256);
    return intact.map(([name, { version }]) => ({ name, version }));
  }

  /** Why this name is not the hub's to write; nothing when it is. `offered` is what would be written. */
  obstacle(name: string, offered?: string): string | undefined {
    if (!NAME.test(name)) return 'its name is not allowed';
    if (isLink(this.path)) return `${this.path} is a link`;
    if (isLink(join(this.path, name)) || isLink(this.fileAt(name))) return 'it is a link here';
    const present = this.sha256Of(name);
    const isOurs = present === undefined || present === this.written().get(name)?.sha256 || present === offered;
    return isOurs ? undefined : `${this.fileAt(name)} was changed or made by somebody else`;
  }

  /** Writes an item that nothing stands in the way of: the new file takes the old one's place at once. */
  write({ name, version, sha256, content }: Item): void {
    const file = this.fileAt(name);
    const temporary = join(dirname(file), `.${randomUUID()}.tmp`);
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(temporary, content, { flag: 'wx' });
      renameSync(temporary, file);
    } finally {
      rmSync(temporary, { force: true });
    }
    this.note(this.written().set(name, { version, sha256 }));
  }

  /** Removes an item that nothing stands in the way of; what others have put beside it stays. */
  remove(name: string): void {
    const written = this.written();
    if (!written.delete(name)) return;
    rmSync(this.fileAt(name), { force: true });
    try {
      rmdirSync(dirname(this.fileAt(name)));
    } catch {
      // It is gone already, or somebody keeps something in it.
    }
    this.note(written);
  }

  private fileAt(name: string): string {
    return join(this.path, name, this.fileOf(name));
  }

  private sha256Of(name: string): string | undefined {
    try {
      return sha256(readFileSync(this.fileAt(name)));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? undefined : `unreadable: ${code}`;
    }
  }

  private written(): Map<string, Written> {
    try {
      const text = readFileSync(join(this.path, STATE_FILE), 'utf8');
      return new Map(Object.entries(JSON.parse(text) as Record<string, Written>));
    } catch {
      return new Map();
    }
  }

  private note(written: Map<string, Written>): void {
    const path = join(this.path, STATE_FILE);
    mkdirSync(this.path, { recursive: true });
    writeFileSync(`${path}.${process.pid}.tmp`, JSON.stringify(Object.fromEntries(written), null, 2));
    renameSync(`${path}.${process.pid}.tmp`, path);
  }
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
