import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { Asset } from './asset.js';
import { UI_FOLDER } from './ui-folder.js';

export const STATIC_PATH = '/ui/static';

const HASH_CHARACTERS = 12;
/** Files of packages that pages use, by the name under which a page asks for them. */
const PACKAGE_FILES = {
  'mermaid.js': { package: 'mermaid', path: 'dist/mermaid.min.js' },
} as const;
/** What one of our scripts imports from another; they all lie in one folder. */
const IMPORT = /(?<=\bfrom '\.\/)[\w.-]+\.js(?=')/g;

/**
 * The styles and scripts of pages, each under a name with a hash of its content, or of its package's version, so that a
 * browser may keep it for ever.
 * Ours are read once, when the server starts.
 */
@Injectable()
export class Assets {
  private readonly names = new Map<string, string>();
  private readonly files = new Map<string, Asset>();

  constructor() {
    for (const [name, file] of Object.entries(PACKAGE_FILES)) this.addOfPackage(name, file.package, file.path);
    for (const name of readdirSync(join(UI_FOLDER, 'styles'))) this.add(name, this.read('styles', name));
    for (const name of readdirSync(join(UI_FOLDER, 'scripts'))) this.addScript(name);
  }

  /** Where a page finds the asset, e.g. `/ui/static/report.0a1b2c3d4e5f.css` for `report.css`. */
  url(name: string): string {
    const file = this.names.get(name);
    if (file === undefined) throw new Error(`there is no asset ${name}`);
    return `${STATIC_PATH}/${file}`;
  }

  /** Where a page finds styles joined to one file: it is painted only when all that it asked for has come. */
  stylesUrl(names: readonly string[]): string {
    const joined = `${names.join('+')}.css`;
    if (!this.names.has(joined))
      this.add(joined, Buffer.concat(names.map((name) => this.read('styles', `${name}.css`))));
    return this.url(joined);
  }

  /** By the name with the hash. */
  find(file: string): Asset | undefined {
    return this.files.get(file);
  }

  /** A script names others by their plain names; what it imports is added first, so that its own hash covers theirs. */
  private addScript(name: string): string {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const source = this.read('scripts', name).toString();
    return this.add(name, Buffer.from(source.replace(IMPORT, (imported) => this.addScript(imported))));
  }

  private add(name: string, content: Buffer): string {
    return this.adopt(name, content, () => content);
  }

  /** Large, and seldom asked for: it is read when it is. What a version of a package holds never changes. */
  private addOfPackage(name: string, packageName: string, path: string): string {
    const packageFile = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
    const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
    return this.adopt(name, `${packageName}@${version}`, () => readFileSync(join(dirname(packageFile), path)));
  }

  /** @param identity differs whenever the content does */
  private adopt(name: string, identity: Buffer | string, content: () => Buffer): string {
    const extension = extname(name);
    const file = `${basename(name, extension)}.${hash('sha256', identity).slice(0, HASH_CHARACTERS)}${extension}`;
    this.names.set(name, file);
    this.files.set(file, new Asset(extension, content));
    return file;
  }

  private read(folder: string, name: string): Buffer {
    return readFileSync(join(UI_FOLDER, folder, name));
  }
}
