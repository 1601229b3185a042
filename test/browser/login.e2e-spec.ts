import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { TestApp } from '../support/app.js';
import { launchChromium } from '../../bench/support/chromium.ts';
import { describeInBrowser } from '../support/browser.js';

describeInBrowser('a magic link in a browser', () => {
  let app: TestApp;
  let browser: Browser;

  beforeEach(async () => {
    [app, browser] = await Promise.all([TestApp.start(), launchChromium()]);
  });
  afterEach(() => Promise.all([app.stop(), browser.close()]));

  async function makeLink(): Promise<string> {
    const { body } = await app.api.post('/auth/magic-link');
    return body.url as string;
  }

  it('works once, also after previewers looked at it', async () => {
    const url = await makeLink();
    for (const method of ['HEAD', 'GET']) expect((await fetch(url, { method })).status).toBe(200);

    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForURL('**/ui/');
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ name: 'session', httpOnly: true, sameSite: 'Lax', path: '/', secure: false });

    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(url);
    await stranger.waitForSelector('h1:has-text("You are not signed in")');
    expect((await context.newPage().then((tab) => tab.goto(`${app.url}/ui/`)))?.status()).toBe(200);
  });

  it('works by its button where scripts do not run', async () => {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(await makeLink());
    await page.click('button');
    await page.waitForURL('**/ui/');
  });

  it('lets a page of another site do nothing', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(await makeLink());
    await page.waitForURL('**/ui/');

    const before = app.storedText();
    const form = `<form method="post" enctype="text/plain" action="${app.url}/ui/api/board/tasks">
      <input name='{"title": "theirs", "createdBy": "' value='evil"}' /><button>Win</button></form>`;
    await page.route('http://other.example/**', (route) => route.fulfill({ contentType: 'text/html', body: form }));
    await page.goto('http://other.example/');
    const read = await page.evaluate(
      (target) =>
        fetch(target, { credentials: 'include' }).then(
          () => 'read',
          () => 'refused',
        ),
      `${app.url}/ui/api/board/tasks`,
    );
    expect(read).toBe('refused');
    const [answer] = await Promise.all([page.waitForResponse(`${app.url}/**`), page.click('button')]);
    expect([answer.request().method(), answer.status()]).toEqual(['POST', 403]);
    expect(app.storedText()).toBe(before);
  });
});
