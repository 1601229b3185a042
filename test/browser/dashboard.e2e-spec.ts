import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard, live, SOON } from '../support/dashboard.js';
import { makeEvent, makeTask, makeVm } from '../support/make.js';
import { TestStream } from '../support/stream.js';

const column = (page: Page, status: string) => page.locator(`.column[data-status="${status}"]`);
const summaries = (page: Page) => page.locator('[data-feed] .event-text').allTextContents();

describeInBrowser('the dashboard', () => {
  const dashboard = new Dashboard();

  it('is come to by a magic link, and left by signing out', async () => {
    const mine = await dashboard.newContext();
    await dashboard.signIn(mine);
    const page = await dashboard.open('/ui/', mine);
    expect(await page.title()).toBe('Dashboard · Vers agents');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/ui/login');
    await page.goto('/ui/tasks');
    expect(new URL(page.url()).pathname).toBe('/ui/login');
    await mine.close();
  });

  it('shows a task that is moved in one tab in another without a reload', async () => {
    const task = await makeTask(dashboard.app, { title: 'moves about' });
    const [one, two] = [await dashboard.openLive('/ui/'), await dashboard.openLive('/ui/')];
    await column(one, 'open').getByRole('button', { name: 'Actions for moves about' }).click();
    await one.getByRole('menuitem', { name: 'Move to Blocked' }).click();
    await column(two, 'blocked').getByText('moves about').waitFor(SOON);
    expect((await dashboard.app.api.get(`/board/tasks/${task.id}`)).body.status).toBe('blocked');
    await one.getByRole('button', { name: 'Undo' }).click();
    await column(two, 'open').getByText('moves about').waitFor(SOON);
  });

  it('moves a card that is dragged to another column', async () => {
    const task = await makeTask(dashboard.app, { title: 'dragged along' });
    const page = await dashboard.openLive('/ui/');
    await page.locator(`[data-task="${task.id}"]`).dragTo(column(page, 'done'));
    await page.getByText('Moved to Done').waitFor();
    expect((await dashboard.app.api.get(`/board/tasks/${task.id}`)).body.status).toBe('done');
  });

  it('says within its panels how that comes which is not there yet', async () => {
    const page = await dashboard.openLive('/ui/');
    for (const text of ['Nothing was told yet.', 'Nobody yet.', 'No report yet.']) {
      const panel = page.locator('.panel', { hasText: text });
      const [box, around] = [await panel.getByText(text).boundingBox(), await panel.boundingBox()];
      expect(box && around && box.y + box.height <= around.y + around.height).toBe(true);
    }
  });

  it('shows events and heartbeats without a reload', async () => {
    await makeVm(dashboard.app, { id: 'vm-live', name: 'heartbeater' });
    const page = await dashboard.openLive('/ui/');
    await makeEvent(dashboard.app, { summary: 'just happened' });
    await page.locator('[data-feed]').getByText('just happened').waitFor(SOON);
    const seen = page.locator('[data-key="vm-live"] time');
    const before = await seen.getAttribute('datetime');
    await dashboard.app.api.post('/registry/vms/vm-live/heartbeat');
    await page.locator(`[data-key="vm-live"] time:not([datetime="${before}"])`).waitFor(SOON);
  });

  it('filters by its address, and puts a filter there', async () => {
    await makeTask(dashboard.app, { title: 'for the mason', assignee: 'mason' });
    const page = await dashboard.open('/ui/tasks?assignee=mason');
    expect(await page.locator('[data-row-link]').allTextContents()).toEqual(['for the mason']);
    await page.getByLabel('Status').selectOption('done');
    await page.waitForURL('**/ui/tasks?status=done&assignee=mason*');
    await page.getByText('No tasks here').waitFor();
  });

  it('creates a task, shows what the API refuses beside its field, and keeps what was typed', async () => {
    const page = await dashboard.openLive('/ui/');
    await page.keyboard.press('n');
    await page.getByLabel('Title').fill('made by hand');
    const assignee = page.getByRole('dialog').getByLabel('Assignee');
    await assignee.fill('x'.repeat(300));
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('assignee must not be longer than 256 characters').waitFor();
    expect(await page.getByLabel('Title').inputValue()).toBe('made by hand');
    await assignee.fill('hand');
    await page.getByRole('button', { name: 'Create' }).click();
    await column(page, 'open').getByText('made by hand').waitFor();
  });

  it('approves what waits for review', async () => {
    const task = await makeTask(dashboard.app, { title: 'judge me' });
    await dashboard.app.api.post(`/board/tasks/${task.id}/review`).send({ summary: 'done' });
    const page = await dashboard.open('/ui/review');
    await page.locator(`[data-key="${task.id}"]`).getByRole('button', { name: 'Approve' }).click();
    await page.getByLabel('Comment').fill('Well done');
    await page.getByRole('button', { name: 'Approve: it is done' }).click();
    await page.locator(`[data-key="${task.id}"]`).waitFor({ state: 'detached' });
    const { body } = await dashboard.app.api.get(`/board/tasks/${task.id}`);
    expect(body).toMatchObject({ status: 'done', notes: [{}, { content: 'Approved by dashboard: Well done' }] });
  });

  it('changes a task in place, and keeps a note that is being written when somebody else changes it', async () => {
    const task = await makeTask(dashboard.app, { title: 'in hand' });
    const page = await dashboard.openLive(`/ui/tasks/${task.id}`);
    await page.getByLabel('New note').fill('half a sent');
    await dashboard.app.api.patch(`/board/tasks/${task.id}`).send({ status: 'in_progress' });
    await page.locator('.task-actions .badge').getByText('In progress').waitFor(SOON);
    await page.getByLabel('New note').press('End');
    await page.keyboard.type('ence');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.locator('.note').getByText('half a sentence').waitFor();
    expect(await page.getByLabel('New note').inputValue()).toBe('');
  });

  it('asks before it deletes', async () => {
    const task = await makeTask(dashboard.app, { title: 'short lived' });
    const page = await dashboard.open(`/ui/tasks/${task.id}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect((await dashboard.app.api.get(`/board/tasks/${task.id}`)).status).toBe(200);
    await page.locator('.task-delete button').click();
    await page.locator('#confirm').getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL('**/ui/tasks');
    expect((await dashboard.app.api.get(`/board/tasks/${task.id}`)).status).toBe(404);
  });

  it('goes anywhere by keyboard', async () => {
    const task = await makeTask(dashboard.app, { title: 'Untangle the Zephyr' });
    const page = await dashboard.open('/ui/');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('zephyr');
    await page.getByRole('option', { name: 'Untangle the Zephyr' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/ui/tasks/${task.id}`);
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.waitForURL('**/ui/tasks');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/ui/tasks/*');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.goto('/ui/feed');
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('agent');
  });

  it('says when it is offline, and catches up with each event once', async () => {
    const { app, context } = dashboard;
    await makeEvent(app, { summary: 'before' });
    const page = await dashboard.openLive('/ui/feed?agent=maker');
    await makeEvent(app, { summary: 'live' });
    await page.locator('[data-feed]').getByText('live', { exact: true }).waitFor();
    await context.setOffline(true);
    await page.locator('[data-live-state="offline"]').waitFor();
    for (let i = 0; i < 60; i += 1) await makeEvent(app, { summary: `missed ${i}` });
    await context.setOffline(false);
    await live(page);
    await makeEvent(app, { summary: 'after' });
    await page.locator('[data-feed]').getByText('after', { exact: true }).waitFor();
    const missed = Array.from({ length: 60 }, (_, i) => `missed ${59 - i}`);
    expect((await summaries(page)).slice(0, 63)).toEqual(['after', ...missed, 'live', 'before']);
  });

  it('catches up with tasks that changed while it was offline', async () => {
    const { app, context } = dashboard;
    const task = await makeTask(app, { title: 'moved meanwhile' });
    const page = await dashboard.openLive('/ui/');
    await context.setOffline(true);
    await page.locator('[data-live-state="offline"]').waitFor();
    const others = await TestStream.open(`${app.url}/ui/live`);
    await others.take(1);
    await app.api.patch(`/board/tasks/${task.id}`).send({ status: 'blocked' });
    // From now on nobody is told of it any more.
    for (let told = false; !told;) told = 'board' in ((await others.next())?.data as object);
    others.close();
    await context.setOffline(false);
    await column(page, 'blocked').getByText('moved meanwhile').waitFor();
  });
});
