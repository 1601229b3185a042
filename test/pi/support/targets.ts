import { describe, jest } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const INSTALL_MS = 180_000;
const POLL_MS = 200;
/** Within what is installed: the lockfile that it was installed by. */
const MARK = '.installed';
const FOLDER = resolve('test/pi');

/** A pi to run the extension in. */
export interface Target {
  name: string;
  /** The Node that it runs on. */
  node: string;
  cli: string;
  /** The module that exports pi's own functions. */
  library: string;
}

const PACKAGES = [
  { name: 'pi 0.73.1', folder: 'pi-legacy', dist: '@mariozechner/pi-coding-agent/dist', node: oldNode },
  { name: 'pi 1.5.2', folder: 'pi-current', dist: '@earendil-works/pi-coding-agent/dist/bundle', node: thisNode },
];

/** Some tests start pi several times. */
const TEST_MS = 180_000;

jest.setTimeout(TEST_MS);
const targets = await installTargets();

/** Defines tests for each pi; where none could be installed they are skipped. */
export function describeEachPi(title: string, tests: (target: Target) => void): void {
  if (targets.length > 0) describe.each(targets)(title, tests);
  else describe.skip(title, () => tests({ name: '', node: '', cli: '', library: '' }));
}

/** Installs the oldest and the newest pi that are supported, once; without the npm registry says so and gives none. */
async function installTargets(): Promise<Target[]> {
  try {
    await Promise.all(PACKAGES.map(({ folder }) => install(join(FOLDER, folder))));
  } catch (error) {
    process.stderr.write(`Skipped: pi could not be installed from the npm registry (${reasonOf(error)})\n`);
    return [];
  }
  return PACKAGES.map(({ name, folder, dist, node }) => {
    const path = join(FOLDER, folder, 'node_modules', dist);
    return { name, node: node(), cli: join(path, 'cli.js'), library: join(path, 'index.js') };
  });
}

/** Installs beside, then moves, so that what is there is whole; where another suite is at it, waits for that. */
async function install(folder: string): Promise<void> {
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const mark = join(folder, 'node_modules', MARK);
  const beside = join(FOLDER, `.installing-${basename(folder)}`);
  while (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
    if (take(beside)) await installBeside(folder, beside, wanted);
    else await sleep(POLL_MS);
  }
}

/** Makes a folder that only one can make, when it is not there, or has been for longer than any work in it takes. */
function take(folder: string): boolean {
  const since = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  if (Date.now() - since > INSTALL_MS) rmSync(folder, { recursive: true, force: true });
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

async function installBeside(folder: string, beside: string, mark: string): Promise<void> {
  try {
    cpSync(folder, beside, { recursive: true, filter: (path) => !path.includes('node_modules') });
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1'];
    await promisify(execFile)('npm', ['ci', '--prefix', beside, ...options], { timeout: INSTALL_MS });
    writeFileSync(join(beside, 'node_modules', MARK), mark);
    rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
    renameSync(join(beside, 'node_modules'), join(folder, 'node_modules'));
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

function thisNode(): string {
  return process.execPath;
}

/** The machine's own Node, when it is one that only the old pi still runs on: there the extension must do with less. */
function oldNode(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const node = folders.map((folder) => join(folder, 'node')).find(existsSync);
  const version = node && spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout;
  return node && version?.startsWith('v20.') ? node : process.execPath;
}

function reasonOf(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  return ((stderr ?? '') || message).trim().split('\n')[0] ?? '';
}
