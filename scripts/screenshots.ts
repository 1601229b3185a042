import { mkdirSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext } from 'playwright-core';
import { startServer } from '../bench/support/child-server.ts';
import { chromiumPath, launchChromium } from '../bench/support/chromium.ts';
import { type ListedPage, UI_PAGES } from '../test/support/ui-pages.ts';
import { seedClaims } from './seed-claims.ts';
import { seed } from './seed.ts';

// Takes every page of the dashboard in both themes and on a phone, while a swarm works. `npm run screenshots [name …]`

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs', 'screenshots');
const TOKEN = 'screenshots';
const SWARM_MINUTES = 4;
/** How long the swarm has worked when the first picture is taken. */
const WARM_UP_MS = 150_000;
/** Long enough for what arrives to have lost its highlight. */
const SETTLE_MS = 1500;

type Session = Awaited<ReturnType<BrowserContext['storageState']>>;

const VIEWS = [
  { suffix: 'light', colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { suffix: 'dark', colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  { suffix: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const;

async function take(browser: Browser, url: string, session: Session, pages: ListedPage[]): Promise<void> {
  for (const { suffix, ...view } of VIEWS) {
    const context = await browser.newContext({ ...view, baseURL: url, storageState: session });
    const page = await context.newPage();
    for (const { name, path, follow, click } of pages) {
      await page.goto(path);
      const target = follow && (await page.locator(follow).first().getAttribute('href'));
      if (target) await page.goto(target);
      if (click) await page.locator(click).first().click();
      await sleep(SETTLE_MS);
      await page.screenshot({ path: join(FOLDER, `${name}-${suffix}.png`) });
    }
    await context.close();
  }
}

/** Opens a magic link; gives the session. */
async function signIn(browser: Browser, url: string): Promise<Session> {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(`${url}/auth/magic-link`, { method: 'POST', headers });
  const { url: link } = (await answer.json()) as { url: string };
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  await page.waitForURL('**/ui/');
  const session = await context.storageState();
  await context.close();
  return session;
}

const names = process.argv.slice(2);
const pages = UI_PAGES.filter(({ name }) => names.length === 0 || names.includes(name));
if (chromiumPath === undefined) throw new Error('there is no Chromium; set CHROMIUM to its path');

mkdirSync(FOLDER, { recursive: true });
const server = await startServer(TOKEN);
const options = ['--agents', '40', '--minutes', String(SWARM_MINUTES), '--url', server.url, '--token', TOKEN];
const swarm = spawn(process.execPath, [join(ROOT, 'bench', 'swarm.ts'), ...options], { stdio: 'ignore' });
const browser = await launchChromium();
try {
  await seed(server.url, TOKEN);
  await seedClaims(server.url, TOKEN);
  const session = await signIn(browser, server.url);
  // Trends are sampled only while somebody looks or the server runs; both have gone on for a while then.
  await sleep(WARM_UP_MS);
  await take(browser, server.url, session, pages);
} finally {
  await browser.close();
  const ended = once(swarm, 'exit');
  if (swarm.exitCode === null && swarm.kill()) await ended;
  await server.stop();
}
