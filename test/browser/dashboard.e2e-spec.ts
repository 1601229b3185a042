import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { TestApp } from '../support/app.js';
import { describeInBrowser, launchBrowser } from '../support/browser.js';
import { makeEvent, makeTask, makeVm } from '../support/make.js';
import { UI_PAGES } from '../support/ui-pages.js';

const WITHIN_A_SECOND = { timeout: 1000 };
/** The dashboard has some 2,000 elements. */
const AXE_TIMEOUT_MS = 90_000;
const PHONE = { width: 390, height: 844 };

let app: TestApp;
let browser: Browser;
let context: BrowserContext;
let session: Awaited<ReturnType<BrowserContext['storageState']>>;

beforeAll(async () => {
  app = await TestApp.start();
  browser = await launchBrowser();
  const first = await browser.newContext();
  await signIn(first);
  session = await first.storageState();
  await first.close();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});
beforeEach(async () => {
  context = await newContext({ storageState: session });
});
afterEach(() => context.close());

function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  return browser.newContext({ baseURL: app.url, ...options });
}

/** Opens a magic link as a person would. */
async function signIn(within: BrowserContext): Promise<void> {
  const page = await within.newPage();
  const { body } = await app.api.post('/auth/magic-link');
  await page.goto(body.url);
  await page.waitForURL('**/ui/');
  await page.close();
}

async function open(path: string, within = context): Promise<Page> {
  const page = await within.newPage();
  await page.goto(path);
  return page;
}

const live = (page: Page) => page.locator('[data-live-state="live"]').waitFor();
const column = (page: Page, status: string) => page.locator(`.column[data-status="${status}"]`);
const summaries = (page: Page) => page.locator('[data-feed] .event-text').allTextContents();

describeInBrowser('the dashboard', () => {
  it('is come to by a magic link, and left by signing out', async () => {
    const mine = await newContext();
    await signIn(mine);
    const page = await open('/ui/', mine);
    expect(await page.title()).toBe('Dashboard · Vers agents');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/ui/login');
    await page.goto('/ui/tasks');
    expect(new URL(page.url()).pathname).toBe('/ui/login');
    await mine.close();
  });

  it('shows a task that is moved in one tab in another within a second', async () => {
    const task = await makeTask(app, { title: 'moves about' });
    const [one, two] = [await open('/ui/'), await open('/ui/')];
    await Promise.all([live(one), live(two)]);
    await column(one, 'open').getByRole('button', { name: 'Actions for moves about' }).click();
    await one.getByRole('menuitem', { name: 'Move to Blocked' }).click();
    await column(two, 'blocked').getByText('moves about').waitFor(WITHIN_A_SECOND);
    expect((await app.api.get(`/board/tasks/${task.id}`)).body.status).toBe('blocked');
    await one.getByRole('button', { name: 'Undo' }).click();
    await column(two, 'open').getByText('moves about').waitFor(WITHIN_A_SECOND);
  });

  it('moves a card that is dragged to another column', async () => {
    const task = await makeTask(app, { title: 'dragged along' });
    const page = await open('/ui/');
    await live(page);
    await page.locator(`[data-task="${task.id}"]`).dragTo(column(page, 'done'));
    await page.getByText('Moved to Done').waitFor();
    expect((await app.api.get(`/board/tasks/${task.id}`)).body.status).toBe('done');
  });

  it('shows events and heartbeats within a second', async () => {
    await makeVm(app, { id: 'vm-live', name: 'heartbeater' });
    const page = await open('/ui/');
    await live(page);
    await makeEvent(app, { summary: 'just happened' });
    await page.locator('[data-feed]').getByText('just happened').waitFor(WITHIN_A_SECOND);
    const seen = page.locator('[data-key="vm-live"] time');
    const before = await seen.getAttribute('datetime');
    await app.api.post('/registry/vms/vm-live/heartbeat');
    await page.locator(`[data-key="vm-live"] time:not([datetime="${before}"])`).waitFor({ timeout: 2000 });
  });

  it('filters by its address, and puts a filter there', async () => {
    await makeTask(app, { title: 'for the mason', assignee: 'mason' });
    const page = await open('/ui/tasks?assignee=mason');
    expect(await page.locator('[data-row-link]').allTextContents()).toEqual(['for the mason']);
    await page.getByLabel('Status').selectOption('done');
    await page.waitForURL('**/ui/tasks?status=done&assignee=mason*');
    await page.getByText('No tasks here').waitFor();
  });

  it('creates a task, shows what the API refuses beside its field, and keeps what was typed', async () => {
    const page = await open('/ui/');
    await live(page);
    await page.keyboard.press('n');
    await page.getByLabel('Title').fill('made by hand');
    await page.getByLabel('As', { exact: true }).fill('x'.repeat(300));
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('createdBy must not be longer than 256 characters').waitFor();
    expect(await page.getByLabel('Title').inputValue()).toBe('made by hand');
    await page.getByLabel('As', { exact: true }).fill('hand');
    await page.getByRole('button', { name: 'Create' }).click();
    await column(page, 'open').getByText('made by hand').waitFor();
  });

  it('approves what waits for review', async () => {
    const task = await makeTask(app, { title: 'judge me' });
    await app.api.post(`/board/tasks/${task.id}/review`).send({ summary: 'done' });
    const page = await open('/ui/review');
    await page.locator(`[data-key="${task.id}"]`).getByRole('button', { name: 'Approve' }).click();
    await page.getByLabel('Comment').fill('Well done');
    await page.getByRole('button', { name: 'Approve: it is done' }).click();
    await page.locator(`[data-key="${task.id}"]`).waitFor({ state: 'detached' });
    const { body } = await app.api.get(`/board/tasks/${task.id}`);
    expect([body.status, body.notes.at(-1).content]).toEqual(['done', 'Approved by operator: Well done']);
  });

  it('changes a task in place, and keeps a note that is being written when somebody else changes it', async () => {
    const task = await makeTask(app, { title: 'in hand' });
    const page = await open(`/ui/tasks/${task.id}`);
    await live(page);
    await page.getByLabel('New note').fill('half a sent');
    await app.api.patch(`/board/tasks/${task.id}`).send({ status: 'in_progress' });
    await page.locator('.task-actions .badge').getByText('In progress').waitFor(WITHIN_A_SECOND);
    await page.getByLabel('New note').press('End');
    await page.keyboard.type('ence');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.locator('.note').getByText('half a sentence').waitFor();
    expect(await page.getByLabel('New note').inputValue()).toBe('');
  });

  it('asks before it deletes', async () => {
    const task = await makeTask(app, { title: 'short lived' });
    const page = await open(`/ui/tasks/${task.id}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect((await app.api.get(`/board/tasks/${task.id}`)).status).toBe(200);
    await page.locator('.task-delete button').click();
    await page.locator('#confirm').getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL('**/ui/tasks');
    expect((await app.api.get(`/board/tasks/${task.id}`)).status).toBe(404);
  });

  it('goes anywhere by keyboard', async () => {
    const task = await makeTask(app, { title: 'Untangle the Zephyr' });
    const page = await open('/ui/');
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

  it('keeps the theme that was chosen, from the first paint on', async () => {
    const page = await open('/ui/');
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.getByRole('button', { name: 'Theme: system' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).click();
    const dark = await background();
    expect(dark).not.toBe(light);
    // Before any other script has run.
    await page.route('**/app.*.js', (route) => route.abort());
    await page.reload();
    expect(await background()).toBe(dark);
  });

  it('says when it is offline, and catches up with each event once', async () => {
    await makeEvent(app, { summary: 'before' });
    const page = await open('/ui/feed?agent=maker');
    await live(page);
    await context.setOffline(true);
    await page.locator('[data-live-state="offline"]').waitFor();
    for (let i = 0; i < 60; i += 1) await makeEvent(app, { summary: `missed ${i}` });
    const task = await makeTask(app, { title: 'missed task' });
    await context.setOffline(false);
    await live(page);
    await makeEvent(app, { summary: 'after' });
    await page.locator('[data-feed]').getByText('after', { exact: true }).waitFor();
    const missed = Array.from({ length: 60 }, (_, i) => `missed ${59 - i}`);
    expect((await summaries(page)).slice(0, 62)).toEqual(['after', ...missed, 'before']);
    await page.goto('/ui/');
    await live(page);
    await context.setOffline(true);
    await app.api.patch(`/board/tasks/${task.id}`).send({ status: 'blocked' });
    await context.setOffline(false);
    await column(page, 'blocked').getByText('missed task').waitFor();
  });

  it('runs nothing that agents wrote', async () => {
    const payload = `"'><script>window.ran=1</script><img src=x onerror="window.ran=1">`;
    const task = await makeTask(app, { title: payload, assignee: payload, tags: [payload], createdBy: payload });
    await app.api.post(`/board/tasks/${task.id}/notes`).send({ author: payload, content: payload, type: 'update' });
    const artifacts = [{ type: 'url', url: 'javascript:window.ran=1', label: 'click me' }];
    await app.api.post(`/board/tasks/${task.id}/artifacts`).send({ artifacts });
    for (const path of [...UI_PAGES.map((listed) => listed.path), `/ui/tasks/${task.id}`]) {
      const page = await open(path);
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await live(page);
      await makeEvent(app, { agent: payload, summary: payload });
      await app.api.post(`/board/tasks/${task.id}/bump`);
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)));
      expect([path, await page.evaluate(() => 'ran' in window), complaints]).toEqual([path, false, []]);
      await page.close();
    }
    const page = await open('/ui/');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('window.ran');
    await page
      .getByRole('option', { name: /script/ })
      .first()
      .waitFor();
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  });

  it.each(UI_PAGES)('has $name fit a phone', async ({ path }) => {
    const page = await open(path);
    await page.setViewportSize(PHONE);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
  });

  it('can be read without scripts', async () => {
    await makeTask(app, { title: 'plain to see' });
    const plain = await newContext({ storageState: session, javaScriptEnabled: false });
    const page = await open('/ui/', plain);
    await column(page, 'open').getByText('plain to see').waitFor();
    await page.getByRole('link', { name: 'Tasks' }).click();
    await page.getByLabel('Assignee').fill('nobody at all');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('No tasks here').waitFor();
    await plain.close();
  });

  it.each(
    UI_PAGES.flatMap((listed) => [
      { ...listed, theme: 'light' as const },
      { ...listed, theme: 'dark' as const },
    ]),
  )('has nothing that axe finds serious on $name, $theme', async ({ path, theme }) => {
    const page = await open(path);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(grave.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
});
