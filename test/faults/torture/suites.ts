import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from './row.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SUITES = 'test/(faults/(?!kill)|storage|services-database|usage-crash)';

interface Report {
  testResults: { assertionResults: { ancestorTitles: string[]; title: string; status: string; duration: number }[] }[];
}

/** The suites of faults, with so many random cases each; a line of the table for each test. */
export async function suites(crashRuns: number, damageRuns: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vers-suites-'));
  const output = join(folder, 'report.json');
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const options = [SUITES, '--json', `--outputFile=${output}`, '--silent', '--maxWorkers=1'];
  const env = { ...process.env, CRASH_RUNS: String(crashRuns), DAMAGE_RUNS: String(damageRuns) };
  try {
    const child = spawn(process.execPath, [...jest, ...options], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await once(child, 'exit');
    const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as Report;
    return testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .map(({ ancestorTitles, title, status, duration }) => ({
        what: [...ancestorTitles, title].join(' '),
        done: `${(duration / 1000).toFixed(1)} s`,
        held: status === 'passed',
      }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
