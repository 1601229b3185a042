import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];

/** Where Chromium is, if it is anywhere: where `CHROMIUM` says, or in a usual place. */
export const chromiumPath = process.env['CHROMIUM'] ?? PLACES.find((path) => existsSync(path));

export function launchChromium(): Promise<Browser> {
  // Chromium's own sandbox does not work for root.
  const args = userInfo().uid === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: chromiumPath, args });
}

/** What is measured in Chromium, as rows of a table; a row that says so where there is none. */
export async function inChromium(measure: (browser: Browser) => Promise<string[][]>): Promise<string[][]> {
  if (chromiumPath === undefined) return [['no Chromium']];
  const browser = await launchChromium();
  try {
    return await measure(browser);
  } finally {
    await browser.close();
  }
}
