import { beforeEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard, SOON } from '../support/dashboard.js';
import { makeTask } from '../support/make.js';

const drawer = (page: Page) => page.getByRole('dialog', { name: 'Task' });
const card = (page: Page, id: string) => page.locator(`[data-task="${id}"]`);
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent.trim());
const addressOf = (page: Page) => new URL(page.url()).pathname + new URL(page.url()).search;

describeInBrowser('a task beside the board', () => {
  const dashboard = new Dashboard();
  let id: string;

  beforeEach(async () => {
    ({ id } = await makeTask(dashboard.app, { title: 'set the stones', description: 'one by one', tags: ['aside'] }));
  });

  it('opens by a click, with an address that opens it again, and closes by Esc', async () => {
    const page = await dashboard.openLive('/ui/?tag=aside');
    await card(page, id).click();
    await drawer(page).locator('.prose').getByText('one by one').waitFor();
    expect([addressOf(page), await page.title()]).toEqual([`/ui/?tag=aside&task=${id}`, 'set the stones']);
    const again = await dashboard.open(addressOf(page));
    await drawer(again).locator('.prose').getByText('one by one').waitFor();
    await page.keyboard.press('Escape');
    await drawer(page).waitFor({ state: 'hidden' });
    expect(addressOf(page)).toBe('/ui/?tag=aside');
    expect([await focused(page), await page.title()]).toEqual(['set the stones', 'Dashboard · Vers agents']);
    await page.goForward();
    await drawer(page).locator('.prose').getByText('one by one').waitFor();
  });

  it('opens by Enter, and another card takes its place with nothing left of the first', async () => {
    const other = await makeTask(dashboard.app, { title: 'mix the mortar', tags: ['aside'] });
    const page = await dashboard.openLive('/ui/?tag=aside');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await drawer(page).getByRole('heading', { name: 'set the stones' }).waitFor();
    await drawer(page).getByLabel('New note').fill('for the stones only');
    await card(page, other.id).click({ position: { x: 10, y: 10 } });
    await drawer(page).getByRole('heading', { name: 'mix the mortar' }).waitFor();
    expect(await drawer(page).getByLabel('New note').inputValue()).toBe('');
    await page.goBack();
    await drawer(page).waitFor({ state: 'hidden' });
    expect(addressOf(page)).toBe('/ui/?tag=aside');
  });

  it('follows what happens to the task, and stays open when something is done in it', async () => {
    const page = await dashboard.openLive(`/ui/?task=${id}`);
    await dashboard.app.api.patch(`/board/tasks/${id}`).send({ status: 'blocked' });
    await drawer(page).locator('.task-actions .badge').getByText('Blocked').waitFor(SOON);
    await drawer(page).getByLabel('New note').fill('no mortar');
    await drawer(page).getByRole('button', { name: 'Add note' }).click();
    await drawer(page).locator('.note').getByText('no mortar').waitFor();
    await drawer(page).getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('dialog', { name: 'Edit the task' }).getByLabel('Title').fill('set the bricks');
    await page.getByRole('button', { name: 'Save' }).click();
    await drawer(page).getByRole('heading', { name: 'set the bricks' }).waitFor();
    await page.keyboard.press('Escape');
    await drawer(page).waitFor({ state: 'hidden' });
    await dashboard.app.api.delete(`/board/tasks/${id}`);
    await page.goto(`/ui/?task=${id}`);
    await drawer(page).getByText('This task is not on the board').waitFor();
  });

  it('says that the task is gone when somebody deletes it meanwhile', async () => {
    const page = await dashboard.openLive(`/ui/?task=${id}`);
    await dashboard.app.api.delete(`/board/tasks/${id}`);
    await drawer(page).getByText('This task is not on the board').waitFor(SOON);
    await drawer(page).getByRole('link', { name: 'Close' }).click();
    await drawer(page).waitFor({ state: 'hidden' });
  });

  it('first leaves a field that is typed in, then closes', async () => {
    const page = await dashboard.openLive(`/ui/?task=${id}`);
    await drawer(page).getByLabel('New note').fill('half a sent');
    await page.keyboard.press('Escape');
    expect(await drawer(page).getByLabel('New note').inputValue()).toBe('half a sent');
    await page.keyboard.press('Escape');
    await drawer(page).waitFor({ state: 'hidden' });
  });

  it('is a page of its own in a new tab, and without scripts', async () => {
    const page = await dashboard.openLive('/ui/?tag=aside');
    const [tab] = await Promise.all([
      dashboard.context.waitForEvent('page'),
      card(page, id)
        .locator('.card-title')
        .click({ modifiers: ['Control'] }),
    ]);
    await tab.waitForURL(`**/ui/tasks/${id}`);
    const plain = await dashboard.withoutScripts();
    const still = await dashboard.open('/ui/?tag=aside', plain);
    await card(still, id).locator('.card-title').click();
    await still.waitForURL(`**/ui/tasks/${id}`);
    await still.goto(`/ui/?tag=aside&task=${id}`);
    await drawer(still).locator('.prose').getByText('one by one').waitFor();
    await drawer(still).getByRole('link', { name: 'Close' }).click();
    await still.waitForURL('**/ui/?tag=aside');
    await plain.close();
  });
});
