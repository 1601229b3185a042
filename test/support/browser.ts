import { describe } from '@jest/globals';
import { chromiumPath } from '../../bench/support/chromium.ts';

/** A suite that needs Chromium; where there is none it is skipped with one line that says so. */
export const describeInBrowser = chromiumPath === undefined ? skip : describe;

function skip(name: string, suite: () => void): void {
  process.stderr.write(`skipped, because Chromium is not installed (or CHROMIUM does not say where): ${name}\n`);
  describe.skip(name, suite);
}
