import { describe } from '@jest/globals';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];
const executablePath = process.env['CHROMIUM'] ?? PLACES.find((path) => existsSync(path));

/** A suite that needs Chromium; where there is none it is skipped with one line that says so. */
export const describeInBrowser = executablePath === undefined ? skip : describe;

function skip(name: string, suite: () => void): void {
  process.stderr.write(`skipped, because Chromium is not installed (or CHROMIUM does not say where): ${name}\n`);
  describe.skip(name, suite);
}

export function launchBrowser(): Promise<Browser> {
  // Chromium's own sandbox does not work for root.
  const args = userInfo().uid === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}
