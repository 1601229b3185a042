import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** What is measured in Chromium, as rows of a table; a row that says so where there is none. */
export async function inChromium(measure: (browser: Browser) => Promise<string[][]>): Promise<string[][]> {
  if (!existsSync(PATH)) return [['no Chromium']];
  const browser = await chromium.launch({ executablePath: PATH, args: ['--no-sandbox'] });
  try {
    return await measure(browser);
  } finally {
    await browser.close();
  }
}
