import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard, SOON } from '../support/dashboard.js';
import { makeTask } from '../support/make.js';

const card = (page: Page, id: string) => page.locator(`[data-task="${id}"]`);

describeInBrowser('claims on the dashboard', () => {
  const dashboard = new Dashboard();

  async function claimed(title: string, fields: object = {}) {
    const { id } = await makeTask(dashboard.app, { title, ...fields });
    const { body } = await dashboard.app.api.post(`/board/tasks/${id}/claim`).send({ agent: 'mason', vmId: 'vm-9' });
    return { id, fence: body.lease.fence as number };
  }

  it('shows on its card, live, that a task is held, and for how long', async () => {
    const { id } = await makeTask(dashboard.app, { title: 'to be held' });
    const page = await dashboard.openLive('/ui/');
    await dashboard.app.api.post(`/board/tasks/${id}/claim`).send({ agent: 'mason', leaseSeconds: 3600 });
    await card(page, id)
      .getByText(/Held, (59m|1h) left/)
      .waitFor(SOON);
  });

  it('takes a held task back, and refuses what its holder writes then', async () => {
    const { id, fence } = await claimed('to be taken back');
    const page = await dashboard.openLive('/ui/claims');
    await page.locator(`[data-key="${id}"]`).getByRole('button', { name: 'Take back' }).click();
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.locator(`[data-key="${id}"]`).waitFor({ state: 'detached' });
    const late = await dashboard.app.api.post(`/board/tasks/${id}/complete`).send({ fence });
    expect([late.status, late.body.code]).toEqual([409, 'lease_lost']);
    await page.goto(`/ui/tasks/${id}`);
    const history = page.locator('.changes > li');
    await history.getByText('Claimed for 15m').waitFor();
    expect(await history.getByRole('listitem').allTextContents()).toEqual([
      'Let go of',
      'Claimed for 15m',
      'Created',
      'Status → Open',
    ]);
  });

  it('says how many dead letters there are, and reopens them', async () => {
    const { id, fence } = await claimed('given up on', { maxAttempts: 1 });
    await dashboard.app.api.post(`/board/tasks/${id}/fail`).send({ fence, reason: 'no stones' });
    const page = await dashboard.openLive('/ui/');
    await card(page, id).getByText('Dead letter after one attempt').waitFor();
    await page.getByRole('link', { name: 'Need a look 1 1 dead' }).click();
    await page.waitForURL('**/ui/claims?show=dead');
    await page.locator(`[data-key="${id}"]`).getByRole('button', { name: 'Reopen' }).click();
    await page.getByText('No dead letters').waitFor();
    const { body } = await dashboard.app.api.get(`/board/tasks/${id}`);
    expect(body).toMatchObject({ status: 'open', attempts: 0 });
  });

  it('draws what a task waits for, through others too, and leads there in place', async () => {
    const first = await makeTask(dashboard.app, { title: 'cut stones' });
    const second = await makeTask(dashboard.app, { title: 'raise walls', dependencies: [first.id, 'long-gone'] });
    const third = await makeTask(dashboard.app, { title: 'set the roof', dependencies: [second.id] });
    const page = await dashboard.openLive(`/ui/?task=${third.id}`);
    const titles = page.locator('.graph-title');
    await titles.getByText('set the roof').waitFor();
    expect(await titles.allTextContents()).toEqual(['cut stones', 'Not on the board', 'raise walls', 'set the roof']);
    await titles.getByText('raise walls').click();
    await page.waitForURL(`**/ui/?task=${second.id}`);
    await page.getByRole('heading', { name: 'raise walls' }).waitFor();
    await dashboard.app.api.patch(`/board/tasks/${first.id}`).send({ status: 'done' });
    await titles.getByText('cut stones').waitFor({ state: 'detached', ...SOON });
  });

  it('sets the priority, which then stands on the card', async () => {
    const { id } = await makeTask(dashboard.app, { title: 'more urgent' });
    const page = await dashboard.openLive(`/ui/?task=${id}`);
    await page.getByLabel('Priority').first().selectOption('0 · Highest');
    await card(page, id).getByText('P0').waitFor();
    expect((await dashboard.app.api.get(`/board/tasks/${id}`)).body.priority).toBe(0);
  });
});
