import { describe } from '@jest/globals';
import { existsSync } from 'node:fs';
import { Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];
const executablePath = process.env['CHROMIUM'] ?? PLACES.find((place) => existsSync(place));

/** A `describe` for suites that need a browser; without one they are skipped, and one line says so. */
export const describeInBrowser = executablePath === undefined ? skipped : describe;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

function skipped(name: string, suite: () => void): void {
  process.stderr.write(`skipped, as there is no Chromium (set CHROMIUM to its path): ${name}\n`);
  describe.skip(name, suite);
}
