import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../../bench/support/chromium.ts';
import { TestApp } from './app.js';
import type { ListedPage } from './ui-pages.js';

/** For what comes by itself; how soon it does, `npm run bench:dashboard` tells. */
export const SOON = { timeout: 10_000 };

/** The application and a signed-in browser, for the suite that makes it; each test has a context of its own. */
export class Dashboard {
  app!: TestApp;
  context!: BrowserContext;
  private browser!: Browser;
  private session!: Awaited<ReturnType<BrowserContext['storageState']>>;

  constructor() {
    beforeAll(async () => {
      this.app = await TestApp.start();
      this.browser = await launchChromium();
      const first = await this.newContext();
      await this.signIn(first);
      this.session = await first.storageState();
      await first.close();
    });
    beforeEach(async () => {
      this.context = await this.newContext({ storageState: this.session });
    });
    afterEach(() => this.context.close());
    afterAll(async () => {
      await this.browser.close();
      await this.app.stop();
    });
  }

  /** A browser window that nobody signed in to. */
  newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    return this.browser.newContext({ baseURL: this.app.url, ...options });
  }

  signedIn(options: BrowserContextOptions): Promise<BrowserContext> {
    return this.newContext({ storageState: this.session, ...options });
  }

  /** A signed-in window in which no script runs. */
  withoutScripts(): Promise<BrowserContext> {
    return this.signedIn({ javaScriptEnabled: false });
  }

  /** Opens a magic link as a person would. */
  async signIn(context: BrowserContext): Promise<void> {
    const page = await context.newPage();
    const { body } = await this.app.api.post('/auth/magic-link');
    await page.goto(body.url);
    await page.waitForURL('**/ui/');
    await page.close();
  }

  async open(path: string, context = this.context): Promise<Page> {
    const page = await context.newPage();
    await page.goto(path);
    return page;
  }

  /** A page that the stream has reached. */
  async openLive(path: string): Promise<Page> {
    const page = await this.open(path);
    await live(page);
    return page;
  }

  async openListed({ path, follow, click }: ListedPage): Promise<Page> {
    const page = await this.open(path);
    const target = follow && (await page.locator(follow).first().getAttribute('href'));
    if (target) await page.goto(target);
    if (click) await page.locator(click).first().click();
    return page;
  }
}

/** Waits until the page says that it is live. */
export function live(page: Page): Promise<void> {
  return page.locator('[data-live-state="live"]').waitFor();
}
